import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, startEngine } from "./index.js";
import { processorFlags } from "./library/index.js";
import { conv2d, depthwiseConv2d, logSoftmax, statelessNormal, statelessUniform } from "./ops/index.js";
import { gradientError, secondGradientError } from "./testing/central-differences.js";
import { newChildren, type Children } from "./testing/child.js";
import { map, numbers } from "./testing/numbers.js";

let children: Children;
beforeAll(async () => {
  await startEngine();
  children = await newChildren();
});
afterAll(() => children.remove());

const lastLine = (text: string): unknown => JSON.parse(text.trim().split("\n").at(-1)!);

describe("the ten rules of engine-ops.md §1", () => {
  test("1: oneDNN is switched on before the library is loaded, and a user's own setting is kept", async () => {
    const script = `
      import koffi from "koffi";
      import { conv2d, startEngine } from "./backend.mjs";
      import * as tf from "@tensorflow/tfjs-core";
      await startEngine();
      conv2d(tf.ones([1, 40, 30, 8]), tf.ones([3, 3, 8, 16])).dataSync();
      const getenv = koffi.load(null).func("const char* getenv(const char*)"); // as the library sees it
      console.log(JSON.stringify(["TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS"].map((name) => getenv(name))));`;
    const ours = { TF_ENABLE_ONEDNN_OPTS: undefined, TF_DETERMINISTIC_OPS: undefined, ONEDNN_VERBOSE: "1" };
    const on = await children.run(script, ours);
    expect(lastLine(on.stdout)).toEqual(["1", "1"]);
    expect(on.stdout).toMatch(/onednn_verbose.*exec,cpu,convolution/);
    const off = await children.run(script, { ...ours, TF_ENABLE_ONEDNN_OPTS: "0" });
    expect(lastLine(off.stdout)).toEqual(["0", "1"]);
    expect(off.stdout).not.toMatch(/exec,cpu,convolution/);
  });

  test("2: gradients that tfjs has wrong are right: half-pixel resize, mirrorPad, cumsum off the last axis, dilated convolution", () => {
    const x = map([2, 6, 5, 3], 1);
    const pads: [number, number][] = [
      [0, 0],
      [2, 3],
      [1, 2],
      [0, 0],
    ];
    const kernel = map([3, 2, 3, 4], 2);
    // all of them are linear, so a step of 1 leaves rounding only
    const errors = {
      up: gradientError((z) => tf.image.resizeBilinear(z as tf.Tensor4D, [11, 7], false, true), x, 1),
      down: gradientError((z) => tf.image.resizeBilinear(z as tf.Tensor4D, [4, 3], false, true), x, 1),
      reflect: gradientError((z) => tf.mirrorPad(z, pads, "reflect"), x, 1),
      symmetric: gradientError((z) => tf.mirrorPad(z, pads, "symmetric"), x, 1),
      cumsum: gradientError((z) => tf.cumsum(z, 1), x, 1),
      dilated: gradientError((z) => conv2d(z as tf.Tensor4D, kernel, { dilation: 2 }), x, 1),
      dilatedKernel: gradientError((w) => conv2d(x, w as tf.Tensor4D, { dilation: 2, padding: 3 }), kernel, 1),
    };
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-4);
  });

  test("3: depthwise convolution with dilation has right gradients", () => {
    const [x, kernel] = [map([2, 9, 7, 3], 1), map([3, 3, 3, 2], 2)];
    for (const dilation of [2, 3]) {
      expect(gradientError((z) => depthwiseConv2d(z as tf.Tensor4D, kernel, { dilation }), x, 1)).toBeLessThan(1e-4);
      expect(gradientError((w) => depthwiseConv2d(x, w as tf.Tensor4D, { dilation }), kernel, 1)).toBeLessThan(1e-4);
    }
  });

  test("4: gradients of gradients reach through operators that saved their output", () => {
    const x = numbers([3, 5], 1);
    const errors = {
      tanh: secondGradientError(tf.tanh, x, 1e-2),
      sigmoid: secondGradientError(tf.sigmoid, x, 1e-2),
      exp: secondGradientError(tf.exp, x, 1e-2),
      softmax: secondGradientError((z) => tf.softmax(z), x, 1e-2),
      logSoftmax: secondGradientError((z) => logSoftmax(z), x, 1e-2),
      // the path from x to a saved output, which tfjs loses: the operator stands behind another one
      behind: secondGradientError((z) => tf.tanh(tf.mul(tf.sigmoid(z), z)), x, 1e-2),
    };
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-2);
  });

  test("5: gather can be compiled, on any axis, with its gradient", async () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const step = compile((z, at) => {
      const pick = (u: tf.Tensor): tf.Tensor => tf.gather(u, at as tf.Tensor1D, 1);
      return [pick(z), tf.grad((u: tf.Tensor) => tf.sum(tf.mul(pick(u), tf.tensor1d([1, 10, 100, 1000]))))(z)];
    });
    const [y, dx] = await step.run(x, tf.tensor1d([2, 0, 2, 1], "int32"));
    expect(await y!.array()).toEqual([
      [3, 1, 3, 2],
      [6, 4, 6, 5],
    ]);
    expect(await dx!.array()).toEqual([
      [10, 1000, 101],
      [10, 1000, 101],
    ]);
  });

  test("6: random numbers of a compiled step follow from its seed and change with it", () => {
    for (const draw of [statelessUniform, statelessNormal]) {
      const step = compile((seed) => [draw([7, 5], seed as tf.Tensor1D)]);
      const values = (a: number, b: number): number[] => Array.from(step.runSync(tf.tensor1d([a, b], "int32"))[0]!.dataSync());
      const first = values(3, 1);
      expect(values(3, 1)).toEqual(first);
      expect(new Set([...first, ...values(3, 2), ...values(4, 1)]).size).toBe(3 * 35);
      expect(Array.from(draw([7, 5], tf.tensor1d([3, 1], "int32")).dataSync())).toEqual(first);
    }
  });

  test("7: values are copied in and out: without awaiting, memory stays flat over thousands of tensors", async () => {
    const { stdout, stderr } = await children.run(`
      import { startEngine } from "./backend.mjs";
      import * as tf from "@tensorflow/tfjs-core";
      await startEngine();
      const values = new Float32Array(25_000).fill(0.5); // 100 kB
      const turn = (n) => {
        for (let i = 0; i < n; i++) {
          const x = tf.tensor2d(values, [250, 100]);
          const y = tf.add(x, 1);
          if (y.dataSync()[24_999] !== 1.5) throw new Error("wrong value");
          tf.dispose([x, y]);
        }
        return process.memoryUsage().rss / 2 ** 20;
      };
      turn(1000);
      console.log(JSON.stringify([turn(1000), turn(4000)]));`);
    expect(stderr).not.toContain("Error");
    const [early, late] = lastLine(stdout) as [number, number];
    // views would hold 100 kB for each tensor made and each one read: 800 MB
    expect(late - early).toBeLessThan(80);
  });

  test("8: a process that starts the engine and does nothing else has run one op, and ends with code 0", async () => {
    // the crash does not come on every computer, so TensorFlow's own log is asked too
    const script = `import { startEngine } from "./backend.mjs"; console.log((await startEngine()).said);`;
    const { code, signal, stdout, stderr } = await children.run(script, { TF_CPP_MIN_LOG_LEVEL: "0", TF_CPP_MAX_VLOG_LEVEL: "1" });
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(stdout + stderr).toContain("Executing op NoOp");
  });

  // what is left of rule 9 stands in compile.test.ts: runs that fail, handles, dispose
  test("9: tracing keeps variables whole, through a second function and a throw; each set of shapes has a plan of its own", () => {
    const v = tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3])));
    const { dataId } = v;
    const grow = compile((x) => (v.assign(tf.add(v, tf.sum(x))), [tf.mul(x, 2)]), { variables: [v] });
    const reset = compile(() => (v.assign(tf.zeros([3])), []), { variables: [v] });
    const broken = compile(() => (v.assign(tf.ones([3])), [tf.matMul(v as unknown as tf.Tensor2D, tf.ones([2, 2]))]), { variables: [v] });
    expect(Array.from(grow.runSync(tf.ones([2, 2]))[0]!.dataSync())).toEqual([2, 2, 2, 2]);
    expect(Array.from(v.dataSync())).toEqual([5, 6, 7]);
    expect(() => broken.runSync()).toThrow("BatchMatMulV2: Shape must be at least rank 2 but is rank 1");
    expect(Array.from(v.dataSync())).toEqual([5, 6, 7]);
    expect(grow.runSync(tf.ones([3, 1]))[0]!.shape).toEqual([3, 1]);
    expect(Array.from(v.dataSync())).toEqual([8, 9, 10]);
    reset.runSync();
    grow.runSync(tf.ones([2, 2]));
    expect(Array.from(v.dataSync())).toEqual([4, 4, 4]);
    expect(v.dataId).toBe(dataId);
    expect(Object.keys(grow.operations())).toEqual(["float32[3,1]", "float32[2,2]"]); // the one used last comes last
  });

  describe("10: in bfloat16 the optimiser stays in float32 behind the barrier", () => {
    const native = ["amx_bf16", "avx512_bf16"].filter((flag) => processorFlags()?.has(flag));
    // six steps of Adam's moments on two convolutions; the fraction of weights and moments without low bits, with and without the barrier
    const script = `
      import { compile, conv2d, float32Barrier, relu, startEngine } from "./backend.mjs";
      import * as tf from "@tensorflow/tfjs-core";
      await startEngine();
      const numbers = (shape, seed) => tf.randomNormal(shape, 0, 0.1, "float32", seed);
      const x = numbers([2, 24, 20, 16], 1);
      const train = async (barrier, precision) => {
        const weights = [numbers([3, 3, 16, 24], 2), numbers([3, 3, 24, 8], 3)].map((w) => tf.variable(w));
        const moments = weights.map((w) => tf.variable(tf.zerosLike(w)));
        const step = compile((x) => {
          const { value, grads } = tf.variableGrads(() => {
            const y = conv2d(relu(conv2d(x, weights[0])), weights[1]);
            return tf.mean(tf.square(float32Barrier(y)));
          }, weights);
          weights.forEach((w, i) => {
            const g = grads[w.name];
            moments[i].assign(tf.add(tf.mul(moments[i], 0.9), tf.mul(barrier ? float32Barrier(g) : g, 0.1)));
            w.assign(tf.sub(w, tf.mul(moments[i], 0.3)));
          });
          return [value];
        }, { variables: [...weights, ...moments], precision, name: "step" });
        let loss = 0;
        for (let k = 0; k < 6; k++) [loss] = (await step.run(x))[0].dataSync();
        const cut = (tensors) => {
          const bits = tensors.flatMap((t) => Array.from(new Uint32Array(t.dataSync().slice().buffer)));
          return bits.filter((b) => (b & 0xffff) === 0).length / bits.length;
        };
        return { loss, weights: cut(weights), moments: cut(moments) };
      };
      try {
        const [exact, plain, behind] = [await train(true, "float32"), await train(false, "bfloat16"), await train(true, "bfloat16")];
        console.log(JSON.stringify({ exact, plain, behind }));
      } catch (failure) {
        console.log(JSON.stringify({ code: failure.code, message: failure.message }));
      }`;
    interface Trained {
      readonly loss: number;
      readonly weights: number;
      readonly moments: number;
    }
    type Result =
      | { readonly exact: Trained; readonly plain: Trained; readonly behind: Trained }
      | { readonly code: string; readonly message: string };
    type Computed = Extract<Result, { readonly exact: Trained }>;
    const expectBarrier = ({ exact, plain, behind }: Computed): void => {
      expect(exact.weights).toBeLessThan(0.01);
      expect(plain.moments).toBe(1); // the pass does run, and does swallow the optimiser
      expect(plain.weights).toBeGreaterThan(0.3);
      expect(behind.moments).toBeLessThan(0.01);
      expect(behind.weights).toBeLessThan(0.01);
      expect(behind.loss).not.toBe(exact.loss);
      expect(Math.abs(behind.loss / exact.loss - 1)).toBeLessThan(0.02);
    };
    /** Where the processor has no such instructions it depends on the processor and on the machine's caps which of three things TensorFlow does. */
    const withoutInstructions = (found: Result): string => {
      if ("message" in found) {
        expect(found).toEqual({
          code: "backend/bfloat16",
          message:
            '[backend] compiled function "step": this CPU cannot compute convolutions in bfloat16 (its flag avx512_bf16 or amx_bf16 is missing). Set precision: float32.',
        });
        return "refused with our words";
      }
      if (JSON.stringify(found.behind) === JSON.stringify(found.exact)) return "computed in float32";
      expectBarrier(found); // by TensorFlow's own kernels, twelve times as slow as float32
      return "computed without oneDNN";
    };

    test(`on this CPU: ${native.length > 0 ? `with ${native.join(", ")}` : "without native bfloat16"}`, async () => {
      const found = lastLine((await children.run(script)).stdout) as Result;
      if (native.length === 0) {
        console.log(`rule 10: no native bfloat16 here; ${withoutInstructions(found)}`);
        return;
      }
      console.log(`rule 10: bfloat16 computed by ${native.join(", ")}: ${JSON.stringify(found)}`);
      if ("message" in found) throw new Error(found.message);
      expectBarrier(found);
    });

    test("on a CPU capped to AVX2, which has none", async () => {
      const found = lastLine((await children.run(script, { ONEDNN_MAX_CPU_ISA: "AVX2" })).stdout) as Result;
      console.log(`rule 10, capped: ${withoutInstructions(found)}`);
    });
  });
});
