import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { runtime } from "./engine.js";
import { libraryNotFound, type BackendError } from "./errors.js";
import { tensorflowFailed, wrongVersion } from "./native/errors.js";
import { compile, startEngine } from "./index.js";
import { attr } from "./operators/operator.js";
import { conv2d, convTranspose2d, depthwiseConv2d } from "./ops/index.js";

type Wanted = readonly [code: string, message: string];

/** What `f` throws, or its promise is broken with. */
async function thrown(f: () => unknown): Promise<readonly [string, string, number]> {
  try {
    await f();
  } catch (failure) {
    const { name, code, exit, message } = failure as BackendError;
    expect(name).toBe("SegDistillError");
    return [code, message, exit];
  }
  throw new Error("nothing was thrown");
}
const expectThrown = async (f: () => unknown, [code, message]: Wanted): Promise<void> =>
  expect(await thrown(f)).toEqual([code, message, 1]);

/** One TensorFlow op, as the kernels call it. */
const raw = (op: string, attributes: Parameters<typeof one>[1], ...inputs: tf.Tensor[]): tf.Tensor => one(op, attributes, inputs);
const one = (...call: Parameters<ReturnType<typeof runtime>["backend"]["executeSingleOutput"]>): tf.Tensor =>
  runtime().backend.executeSingleOutput(...call);

// before beforeAll of the block below has started the engine
test("compiling before the engine is started", () =>
  expectThrown(
    () => compile((x) => [x]),
    ["backend/not-started", "[backend] a tensor program was compiled before the engine was started. Call `await startEngine()` first."],
  ));

test("no library, and a library of another version: exit code 2, for the user can mend it", () => {
  expect(libraryNotFound(['"/a"', '"/b" (TensorFlow 2.20.0)'])).toMatchObject({
    code: "backend/no-library",
    exit: 2,
    message:
      '[backend] TensorFlow\'s library was not found. Looked in: "/a"; "/b" (TensorFlow 2.20.0). Run `npx segdistill setup`, which fetches it, or set SEGDISTILL_TENSORFLOW to a folder that holds it.',
  });
  expect(wrongVersion("2.20.0", "2.21.0", "/a")).toMatchObject({
    code: "backend/version",
    exit: 2,
    message:
      '[backend] the library in "/a" is TensorFlow 2.20.0; 2.21.0 is expected. Run `npx segdistill setup`, or point SEGDISTILL_TENSORFLOW elsewhere.',
  });
});

test.each([
  ["UNIMPLEMENTED", "could not create a primitive descriptor for the convolution forward propagation primitive"],
  ["INVALID_ARGUMENT", "Current CPU implementations do not yet support dilation rates larger than 1."],
] as const)("bfloat16 on a processor without instructions for it, whoever of TensorFlow and oneDNN says so: %s", (status, said) => {
  expect(tensorflowFailed(status, said, 'compiled function "s"')).toMatchObject({
    code: "backend/bfloat16",
    message:
      '[backend] compiled function "s": this CPU cannot compute convolutions in bfloat16 (its flag avx512_bf16 or amx_bf16 is missing). Set precision: float32.',
  });
});

describe("with the engine", () => {
  beforeAll(async () => {
    await startEngine();
  });

  test("shapes that do not fit: eager, traced, and in a running function", async () => {
    const [a, b] = [tf.ones([2, 3]), tf.ones([4, 5])];
    await expectThrown(() => tf.mul(a, b), ["backend/invalid-argument", "[backend] Mul: Incompatible shapes: [2,3] vs. [4,5]"]);
    await expectThrown(
      () => compile((x, y) => [tf.mul(x, y)]).runSync(a, b),
      ["backend/invalid-argument", "[backend] Mul: Dimensions must be equal, but are 2 and 4 with input shapes: [2,3], [4,5]."],
    );
    const fold = compile((x, to) => [raw("Reshape", [attr.type("T"), attr.type("Tshape", "int32")], x, to)], { name: "fold" });
    await expectThrown(
      () => fold.run(a, tf.tensor1d([4], "int32")),
      [
        "backend/invalid-argument",
        '[backend] compiled function "fold": Input to reshape is a tensor with 6 values, but the requested shape has 4',
      ],
    );
  });

  test("an index out of range: eager and compiled", async () => {
    const [x, at] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([9], "int32")];
    await expectThrown(() => tf.gather(x, at), ["backend/invalid-argument", "[backend] GatherV2: indices[0] = 9 is not in [0, 3)"]);
    await expectThrown(
      () => compile((z, i) => [tf.gather(z, i as tf.Tensor1D)], { name: "lookup" }).run(x, at),
      ["backend/invalid-argument", '[backend] compiled function "lookup": indices[0] = 9 is not in [0, 3)'],
    );
  });

  test("types that do not fit: eager and traced", async () => {
    const [x, y] = [tf.ones([2]), tf.ones([2], "int32")];
    const add = (...xs: tf.Tensor[]): tf.Tensor[] => [raw("AddV2", [attr.type("T")], ...xs)];
    await expectThrown(
      () => add(x, y),
      [
        "backend/invalid-argument",
        "[backend] AddV2: cannot compute AddV2 as input #1(zero-based) was expected to be a float tensor but is a int32 tensor",
      ],
    );
    await expectThrown(
      () => compile(add).runSync(x, y),
      ["backend/invalid-argument", "[backend] AddV2: Inconsistent values for attr 'T' DT_FLOAT vs. DT_INT32"],
    );
  });

  test("a tensor that was left in a compiled function", async () => {
    let left: tf.Tensor | undefined;
    compile((x) => ((left = tf.keep(tf.add(x, 1))), [x])).runSync(tf.ones([2]));
    const id = runtime().backend.tensorMap.get(left!.dataId).id;
    const gone: Wanted = [
      "backend/unknown-tensor",
      `[backend] tensor ${id} is not there any more, or it belongs to a compiled function and was used outside of it. Return it from the function instead.`,
    ];
    await expectThrown(() => left!.dataSync(), gone);
    await expectThrown(() => tf.add(left!, 1), gone);
  });

  test("a compiled function after dispose, inside another one, or with tensors that are gone", async () => {
    const inner = compile((x) => [x], { name: "inner" });
    await expectThrown(
      () => compile((x) => inner.runSync(x), { name: "outer" }).runSync(tf.ones([2])),
      [
        "backend/nested",
        '[backend] compiled function "inner" was called inside another one that is being traced. Call the plain function there.',
      ],
    );
    inner.dispose();
    const closed: Wanted = ["backend/closed", '[backend] compiled function "inner" was called after dispose().'];
    await expectThrown(() => inner.runSync(tf.ones([2])), closed);
    await expectThrown(() => inner.run(tf.ones([2])), closed);

    const [v, gone] = [tf.variable(tf.ones([2])), tf.ones([2])];
    const shift = compile((_, x) => [tf.add(x, v)], { variables: [v], name: "shift" });
    gone.dispose();
    await expectThrown(
      () => shift.run(tf.ones([1]), gone),
      [
        "backend/disposed",
        '[backend] argument 1 of compiled function "shift" was disposed of before the call. Dispose of it after run() has been called.',
      ],
    );
    v.dispose();
    await expectThrown(
      () => shift.run(tf.ones([1]), tf.ones([2])),
      [
        "backend/disposed",
        '[backend] variable 0 of compiled function "shift" was disposed of before the call. Dispose of it after run() has been called.',
      ],
    );
  });

  test("channels that do not fit a kernel", async () => {
    const map = (shape: [number, number, number, number]): tf.Tensor4D => tf.ones(shape);
    const x = map([2, 6, 5, 3]);
    const message = (who: string, kernel: string): Wanted => [
      "backend/channels",
      `[${who}] x has 3 channels [2, 6, 5, 3], the kernel takes 4 [${kernel}]. Give this layer 4 channels, or make it for 3.`,
    ];
    await expectThrown(() => conv2d(x, map([3, 2, 4, 8])), message("conv2d", "3, 2, 4, 8"));
    await expectThrown(() => depthwiseConv2d(x, map([3, 2, 4, 1])), message("depthwiseConv2d", "3, 2, 4, 1"));
    await expectThrown(
      () => convTranspose2d(x, map([3, 2, 8, 4]), { stride: 2, padding: "same" }),
      message("convTranspose2d", "3, 2, 8, 4"),
    );
  });

  test("an op that TensorFlow does not have, and a forgotten attribute: our own fault, eager and traced", async () => {
    for (const run of [
      (f: (x: tf.Tensor) => tf.Tensor) => f(tf.ones([2])),
      (f: (x: tf.Tensor) => tf.Tensor) => compile((x) => [f(x)]).runSync(tf.ones([2])),
    ]) {
      await expectThrown(
        () => run((x) => raw("NoSuchOp", [], x)),
        ["backend/unknown-op", 'internal: TensorFlow 2.21.0 has no op "NoSuchOp".'],
      );
      await expectThrown(
        () => run((x) => raw("MirrorPad", [attr.type("T")], x, tf.tensor2d([1, 1], [1, 2], "int32"))),
        ["backend/attribute", "internal: MirrorPad: NodeDef missing attr 'mode'"],
      );
    }
  });

  test("a value that is not a number, where somebody asks for it", async () => {
    const check = compile((x) => [raw("CheckNumerics", [attr.type("T"), attr.text("message", "loss")], x)], { name: "step" });
    await expectThrown(
      () => check.run(tf.tensor1d([1, NaN])),
      ["backend/invalid-argument", '[backend] compiled function "step": loss : Tensor had NaN values'],
    );
  });

  // TensorFlow waits ten seconds for memory before it gives up
  test("no memory: says what found no room, and the engine goes on", async () => {
    const fill = compile((shape) => [raw("Fill", [attr.type("T"), attr.type("index_type", "int32")], shape, tf.scalar(2))], {
      name: "step",
    });
    await expectThrown(
      () => fill.run(tf.tensor1d([1 << 20, 1 << 21], "int32")),
      [
        "backend/out-of-memory",
        '[backend] out of memory in compiled function "step": no room for a float tensor of shape [1048576,2097152]. Take a smaller batch or patch, or precision: bfloat16.',
      ],
    );
    const [small] = await fill.run(tf.tensor1d([1, 3], "int32"));
    expect(Array.from(small!.dataSync())).toEqual([2, 2, 2]);
  });
});
