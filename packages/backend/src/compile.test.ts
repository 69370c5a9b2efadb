import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { runtime } from "./engine.js";
import { compile, startEngine } from "./index.js";

let tensors: () => number;
beforeAll(async () => {
  const info = await startEngine();
  tensors = () => info.memory().tensors;
});

describe("compile", () => {
  test("gives what the function gives eagerly, byte for byte, and assigns after the run", async () => {
    const w = tf.variable(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]));
    const f = (x: tf.Tensor): tf.Tensor[] => {
      const y = tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
      w.assign(tf.add(w, tf.sum(y)));
      return [y, tf.mean(w)];
    };
    const x = tf.tensor2d([0.5, -1, 2, 0.25, 1, 1, 3, -2], [4, 2]);
    const step = compile(f, { variables: [w] });
    const [y, m] = await step.run(x);
    // by hand: first row 0.5·[1 2 3] − [4 5 6]
    expect(Array.from(y!.dataSync().slice(0, 3))).toEqual([-3.5, -4, -4.5]);
    const after = w.dataSync();
    w.assign(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]));
    const [eager, mean] = f(x);
    expect(eager!.dataSync()).toEqual(y!.dataSync());
    expect(mean!.dataSync()).toEqual(m!.dataSync());
    expect(w.dataSync()).toEqual(after);
    step.dispose();
  });

  test("one plan for each set of argument shapes", () => {
    const f = compile((x) => [tf.sum(tf.reshape(x, [-1, 1]), 0)]);
    const sum = (shape: number[]): number => f.runSync(tf.ones(shape))[0]!.dataSync()[0]!;
    expect([sum([2, 3]), sum([4]), sum([2, 3]), sum([3, 2])]).toEqual([6, 4, 6, 6]);
    expect(Object.keys(f.operations())).toEqual(["float32[4]", "float32[2,3]", "float32[3,2]"]);
    f.dispose();
  });

  test("one tensor that is two arguments in the first call, a variable's value, or closed over: later calls tell them apart", () => {
    const [v, outside, x] = [tf.variable(tf.tensor1d([1, 2])), tf.tensor1d([10, 20]), tf.tensor1d([3, 4])];
    const others = [5, 6, 7, 8].map((value) => tf.fill([2], value));
    const beside = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.add(tf.mul(a, 100), b);
    const f = compile((a, b, c, d) => [beside(a, b), beside(c, v), beside(d, outside)], { variables: [v] });
    const run = (...args: tf.Tensor[]): number[][] => tf.tidy(() => f.runSync(...args).map((y) => [...y.dataSync()]));
    expect(run(x, x, v.clone(), outside)).toEqual([[303, 404], [101, 202], [1010, 2020]]); // prettier-ignore
    const held = tensors();
    expect(run(...others)).toEqual([[506, 506], [701, 702], [810, 820]]); // prettier-ignore
    expect(tensors()).toBe(held);
    f.dispose();
    expect(tensors()).toBe(held - 1); // the constant that was closed over
    tf.dispose([v, outside, x, ...others]);
  });

  test("at most so many sets of shapes are kept: what was not used for longest goes, a warning says so once", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): unknown => warnings.push(warning);
    process.on("warning", listen);
    let traces = 0;
    const f = compile((x) => (traces++, [tf.add(x, tf.tensor1d([1]))]), { name: "grow", plans: 3 });
    const run = (size: number): number => tf.tidy(() => f.runSync(tf.ones([size]))[0]!.dataSync().length);
    const later = async (size: number): Promise<number> => {
      const x = tf.ones([size]);
      const [y] = await f.run(x);
      const last = y!.dataSync().at(-1)!;
      tf.dispose([x, y!]);
      return last;
    };
    const before = tensors();
    expect([1, 2, 3, 1, 4, 1, 3, 4].map(run)).toEqual([1, 2, 3, 1, 4, 1, 3, 4]);
    expect([traces, Object.keys(f.operations())]).toEqual([4, ["float32[1]", "float32[3]", "float32[4]"]]);
    // what waits for its turn keeps its function until it has run
    expect(await Promise.all([5, 6, 7, 8, 9].map(later))).toEqual([2, 2, 2, 2, 2]);
    expect(traces).toBe(9);
    expect([2, 3].map(run)).toEqual([2, 3]);
    await new Promise(setImmediate);
    process.off("warning", listen);
    expect(warnings.map(({ name, message }) => [name, message])).toEqual([
      [
        "SegDistillWarning",
        '[backend] compiled function "grow" was traced for 3 sets of shapes, so the one that was not used for longest goes for float32[4]. The last: float32[2]; float32[3]; float32[1]. Every trace takes time: bring arguments to a few shapes (fixed patches, full batches), or raise the option "plans".',
      ],
    ]);
    f.dispose();
    expect(tensors()).toBe(before);
    expect(() => compile(() => [], { name: "none", plans: 0 })).toThrow(
      '[backend] option "plans" of compiled function "none" is 0. Expected a whole number, 1 or more.',
    );
  });

  test("dispose while runs are under way: they end, then the function goes", async () => {
    const before = tensors();
    const f = compile((x) => [tf.sum(tf.mul(x, tf.tensor1d(Float32Array.from({ length: 5000 }, () => 2))))]);
    const running = [1, 2].map((value) => f.run(tf.scalar(value)));
    f.dispose();
    expect((await Promise.all(running)).map(([y]) => tf.tidy(() => y!.dataSync()[0]))).toEqual([10_000, 20_000]);
    tf.dispose(await Promise.all(running));
    expect(tensors()).toBe(before + 2); // the two arguments
  });

  test("two functions over the same variables, and one that throws while it is traced, leave them whole", () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    const double = compile(() => (v.assign(tf.mul(v, 2)), [v.clone()]), { variables: [v] });
    const fails = compile(
      () => {
        v.assign(tf.zeros([2]));
        throw new Error("on purpose");
      },
      { variables: [v] },
    );
    const half = compile(() => (v.assign(tf.div(v, 4)), []), { variables: [v] });
    double.runSync()[0]!.dispose();
    expect(() => fails.runSync()).toThrow("on purpose");
    half.runSync();
    expect(Array.from(v.dataSync())).toEqual([0.5, 1]);
    for (const f of [double, fails, half]) f.dispose();
    v.dispose();
  });

  test("a failing run leaves the old state whole and no tensor behind", async () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    const step = compile(
      (index) => {
        v.assign(tf.add(v, 1));
        return [tf.gather(tf.tensor1d([5, 6]), index as tf.Tensor1D)];
      },
      { variables: [v], name: "lookup" },
    );
    const outside = tf.tensor1d([9], "int32");
    const fails = (): Promise<void> =>
      expect(step.run(outside)).rejects.toThrow('[backend] compiled function "lookup": indices[0] = 9 is not in [0, 2)');
    await fails();
    const held = [tensors(), tf.memory().numTensors];
    await fails();
    expect(() => step.runSync(outside)).toThrow('[backend] compiled function "lookup": indices[0] = 9 is not in [0, 2)');
    expect([tensors(), tf.memory().numTensors]).toEqual(held);
    expect(Array.from(v.dataSync())).toEqual([1, 2]);
    expect(Array.from((await step.run(tf.tensor1d([1], "int32")))[0]!.dataSync())).toEqual([6]);
    expect(Array.from(v.dataSync())).toEqual([2, 3]);
  });

  test("holds no tensor more after many runs, and none after dispose", async () => {
    const v = tf.tidy(() => tf.variable(tf.zeros([3])));
    const constant = tf.tensor1d([1, 2, 3]); // older than the trace, and given back before the second run
    const before = tensors();
    const step = compile((x) => (v.assign(tf.add(v, tf.mul(x, constant))), [tf.sum(v)]), { variables: [v] });
    const once = async (): Promise<number> => {
      const x = tf.ones([3]);
      const [out] = await step.run(x);
      const value = out!.dataSync()[0]!;
      tf.dispose([x, out!]);
      return value;
    };
    expect(await once()).toBe(6);
    constant.dispose();
    const held = tensors();
    for (let i = 0; i < 20; i++) await once();
    expect(await once()).toBe(6 * 22);
    expect(tensors()).toBe(held);
    step.dispose();
    expect(tensors()).toBe(before + 1); // tfjs uploads late: the variable was not there before
  });

  test("a large constant that is made inside stays with its plan, and goes with it", () => {
    const before = tensors();
    const weigh = compile((x) => [tf.sum(tf.mul(tf.tensor1d(Float32Array.from({ length: 5000 }, (_, i) => i)), x))]);
    const once = (x: number[]): number => tf.tidy(() => weigh.runSync(tf.tensor1d(x))[0]!.dataSync()[0]!);
    expect(once([2])).toBe(2 * 12_497_500);
    expect(once([3])).toBe(3 * 12_497_500);
    expect(tensors()).toBe(before + 1);
    weigh.dispose();
    expect(tensors()).toBe(before);
  });

  test("timers fire and tensors are made while a step runs", async () => {
    const a = tf.randomNormal([900, 900]);
    const step = compile((x) => [Array.from({ length: 12 }).reduce<tf.Tensor>((y) => tf.matMul(y as tf.Tensor2D, x as tf.Tensor2D), x)]);
    (await step.run(a))[0]!.dispose();
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
      tf.tidy(() => tf.add(tf.scalar(ticks), 1).dataSync());
    }, 2);
    const running = step.run(a);
    a.dispose(); // the caller's own may go at once
    const [y] = await running;
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
    expect(y!.shape).toEqual([900, 900]);
  });
});

test("a run moves its own variables only, also where another one, or a clone, has the same value", async () => {
  const first = tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3])));
  const second = tf.tidy(() => tf.variable(tf.zeros([3])));
  second.assign(first as tf.Tensor as tf.Tensor1D); // tfjs shares the data
  const clone = first.clone();
  const step = compile(
    (x) => {
      first.assign(tf.add(first, x));
      return [];
    },
    { variables: [first, second] },
  );
  const x = tf.tensor1d([10, 10, 10]);
  for (let i = 0; i < 2; i++) await step.run(x);
  expect([first, second, clone].map((t) => [...t.dataSync()])).toEqual([[21, 22, 23], [1, 2, 3], [1, 2, 3]]); // prettier-ignore
  step.dispose();
  tf.dispose([first, second, clone, x] as tf.Tensor[]);
});

test("a result whose size only the run knows has it, beside one that the trace knows", async () => {
  const distinct = compile((x) => [tf.unique(x).values, tf.neg(x)]);
  const [some, all] = [tf.tensor1d([3, 1, 3, 2, 1]), tf.tensor1d([1, 1, 1, 1, 1])];
  const found = [await distinct.run(some), distinct.runSync(all)];
  expect(found.map((out) => out.map((t) => [t.shape, [...t.dataSync()]]))).toEqual([
    [[[3], [3, 1, 2]], [[5], [-3, -1, -3, -2, -1]]],
    [[[1], [1]], [[5], [-1, -1, -1, -1, -1]]],
  ]); // prettier-ignore
  distinct.dispose();
});

test("what optimising a graph took is given back after its first run, once for each set of shapes", async () => {
  const engine = runtime() as { trim: () => void };
  const { trim } = engine;
  let times = 0;
  engine.trim = () => {
    times++;
    trim();
  };
  try {
    const step = compile((x) => [tf.square(x)]);
    for (const shape of [[2], [2], [3], [2]]) tf.dispose(await step.run(tf.ones(shape)));
    expect(times).toBe(2);
    step.dispose();
  } finally {
    engine.trim = trim;
  }
});
