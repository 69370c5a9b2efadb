import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { compile, startEngine } from "../index.js";
import { place, withoutColumns } from "../testing/place.js";

let held: () => unknown;
beforeAll(async () => {
  const info = await startEngine();
  held = () => [info.memory(), tf.memory().numTensors];
});

describe("compile's debug mode: what was baked in and has changed", () => {
  const message = (what: string, marker: string): string =>
    `[backend] compiled function "step" is not what was traced any more: ${what} at ${place(import.meta.url, marker)}. A number of JavaScript and a tensor from outside are constants of a compiled function: feed what changes as an argument, or keep it in a variable that is listed.`;
  /** Runs a step three times, `between` before the last one; gives what the last one throws. */
  function third(f: (x: tf.Tensor) => tf.Tensor[], between: () => void, more: { readonly variables?: tf.Variable[] } = {}): string {
    const step = compile(f as (...args: tf.Tensor[]) => tf.Tensor[], { ...more, name: "step", check: true });
    const run = (): void => tf.dispose(tf.tidy(() => step.runSync(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]))));
    try {
      run();
      run();
      between();
      run();
    } catch (failure) {
      return withoutColumns((failure as Error).message);
    } finally {
      step.dispose();
    }
    return "nothing";
  }

  test("a learning rate in a number", () => {
    let rate = 0.1;
    const w = tf.variable(tf.zeros([2, 3]));
    const step = (x: tf.Tensor): tf.Tensor[] => {
      w.assign(tf.sub(w, tf.mul(x, rate))); // rate
      return [];
    };
    expect(third(step, () => (rate = 0.05), { variables: [w] })).toBe(message("input 1 of Mul was 0.1, it is 0.05 now", "// rate"));
    expect(Array.from(w.dataSync()).map((v) => v.toFixed(1))).toEqual(["-0.2", "-0.4", "-0.6", "-0.8", "-1.0", "-1.2"]); // two steps
  });

  test("a list, small and as large as a map; a tensor from outside; an attribute; an op; a branch; a result", () => {
    let list = [1, 2, 3];
    expect(third((x) => [tf.add(x, list)], () => (list = [1, 7, 3]))).toBe(message("input 1 of Add, element 1, was 2, it is 7 now", "[tf.add(x, list)]")); // prettier-ignore
    let large = new Float32Array(6000);
    expect(
      third(
        (x) => [tf.mul(tf.sum(x), tf.tensor1d(large))], // large
        () => ((large = large.slice()), (large[4321] = -1)),
      ),
    ).toBe(message("input 1 of Mul, element 4321, was 0, it is -1 now", "// large"));
    let [outside, old] = [tf.add(tf.ones([3]), 1), tf.add(tf.ones([3]), 2)];
    const found = third((x) => [tf.maximum(x, outside)], () => ([old, outside] = [outside, old])); // prettier-ignore
    expect(found).toMatch(/: input 1 of Maximum was tensor \d+ from outside, it is tensor \d+ from outside now at /);
    tf.dispose([outside, old]);
    let axis = 0;
    expect(third((x) => [tf.reverse(x, axis)], () => (axis = 1))).toBe(message("input 1 of ReverseV2 was 0, it is 1 now", "[tf.reverse(x, axis)]")); // prettier-ignore
    let slope = 0.2;
    expect(third((x) => [tf.leakyRelu(x, slope)], () => (slope = 0.3))).toBe(message('"alpha" of LeakyRelu was 0.2, it is 0.3 now', "[tf.leakyRelu(x, slope)]")); // prettier-ignore
    let tanh = true;
    const branch = (x: tf.Tensor): tf.Tensor[] => [tanh ? tf.tanh(x) : tf.sigmoid(x)]; // branch
    expect(third(branch, () => (tanh = false))).toBe(message("Tanh was traced first, it is Sigmoid now", "// branch"));
    let steps = 0;
    const warm = (x: tf.Tensor): tf.Tensor[] => [steps > 0 ? x : tf.exp(x)]; // warm
    expect(third(warm, () => (steps = 1))).toBe(message("Exp was traced first, it is the results now", "// warm")); // prettier-ignore
  });

  test("what does not change passes: numbers, tensors from outside before and after their upload, assignments, gradients", () => {
    const [outside, v] = [tf.tensor1d([1, 2, 3]), tf.variable(tf.ones([2, 3]))];
    const f = (x: tf.Tensor): tf.Tensor[] => {
      const g = tf.grad((y) => tf.sum(tf.mul(tf.square(tf.mul(y, outside)), tf.add(v, NaN))))(x);
      v.assign(tf.add(v, tf.mul(g, 0.5)));
      return [g, tf.mean(v)];
    };
    expect(third(f, () => undefined, { variables: [v] })).toBe("nothing");
    v.assign(tf.zeros([2, 3])); // a variable may change between steps
    expect(third(f, () => v.assign(tf.ones([2, 3])), { variables: [v] })).toBe("nothing");
  });

  test("without it nothing is noticed, and with it nothing is left behind", () => {
    let rate = 1;
    const x = tf.ones([2]);
    const once = (check: boolean): number[] => {
      rate = 1;
      const step = compile((z) => [tf.mul(z, rate)], { check });
      try {
        return [0, 1].map(() => tf.tidy(() => ((rate *= 2), step.runSync(x)[0]!.dataSync()[0]!)));
      } finally {
        step.dispose();
      }
    };
    once(false);
    const before = held();
    expect(once(false)).toEqual([2, 2]);
    expect(() => once(true)).toThrow("input 1 of Mul was 2, it is 4 now");
    expect(held()).toEqual(before);
  });
});
