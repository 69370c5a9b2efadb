import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, recompute, startEngine, withoutReads } from "./index.js";
import { batchNorm, conv2d, inLayer, inModule, isRunAgain, layerPath, relu, statelessUniform } from "./ops/index.js";
import { newChildren, type Children } from "./testing/child.js";
import { map, numbers } from "./testing/numbers.js";

let children: Children;
let held: () => unknown;
beforeAll(async () => {
  const info = await startEngine();
  held = () => [info.memory(), tf.memory().numTensors];
  children = await newChildren();
});
afterAll(() => children.remove());

type Around = typeof recompute;
const plainly: Around = (block) => block();
const bytes = (tensors: readonly tf.Tensor[]): Uint8Array[] => tensors.map((t) => new Uint8Array(t.dataSync().slice().buffer));

/** A net with two blocks, a variable that both use, a mask from a seed, and a moving mean. */
function net() {
  const [a, b, c] = [map([3, 2, 3, 4], 1), map([3, 3, 4, 4], 2), map([1, 1, 4, 2], 3)].map((k) => tf.variable(tf.mul(k, 0.3)));
  const [scale, moving] = [tf.variable(tf.tensor1d([1, 0.5, 2, 1.5])), tf.variable(tf.zeros([4]))];
  const weights = [a!, b!, c!, scale];
  const loss = (around: Around, x: tf.Tensor, seed: tf.Tensor): tf.Scalar => {
    const low = around((): tf.Tensor => {
      const normal = batchNorm(conv2d(x as tf.Tensor4D, a as tf.Tensor as tf.Tensor4D), scale as tf.Tensor as tf.Tensor1D, tf.zeros([4]));
      moving.assign(tf.add(tf.mul(moving, 0.9), tf.mul(normal.mean, 0.1)));
      const kept = tf.cast(tf.greater(statelessUniform(normal.value.shape, seed as tf.Tensor1D), 0.3), "float32");
      return relu(tf.mul(normal.value, kept));
    });
    const [y, z] = around((): tf.Tensor[] => {
      const deep = relu(conv2d(low as tf.Tensor4D, b as tf.Tensor as tf.Tensor4D));
      return [conv2d(deep, c as tf.Tensor as tf.Tensor4D), tf.sum(tf.mul(deep, scale), [1, 2])];
    });
    return tf.add(tf.mean(tf.square(y!)), tf.mean(tf.tanh(z!)));
  };
  const step = (around: Around) => (x: tf.Tensor, seed: tf.Tensor) => {
    const { value, grads } = tf.variableGrads(() => loss(around, x, seed), weights);
    return [value, ...weights.map((w) => grads[w.name]!), moving.clone()];
  };
  return { step, variables: [...weights, moving], moving };
}

describe("recompute", () => {
  test("values, gradients and what is assigned: the same bytes as without, eager and compiled", async () => {
    const [x, seed] = [map([2, 7, 5, 3], 4), tf.tensor1d([3, 1], "int32")];
    const { step, variables, moving } = net();
    const run = async (around: Around, how: "eager" | "compiled"): Promise<Uint8Array[]> => {
      tf.tidy(() => moving.assign(tf.zeros([4])));
      const compiled = compile(step(around) as (...args: tf.Tensor[]) => tf.Tensor[], { variables });
      const out = how === "eager" ? tf.tidy(() => withoutReads(() => step(around)(x, seed))) : await compiled.run(x, seed);
      compiled.dispose();
      const found = bytes(out);
      tf.dispose(out);
      return found;
    };
    const plain = await run(plainly, "eager");
    await run(plainly, "compiled");
    const before = held();
    for (const how of ["eager", "compiled"] as const) expect(await run(recompute, how), how).toEqual(plain);
    expect(held()).toEqual(before);
    expect(new Set(plain.map(String)).size).toBe(6);
  });

  test("the second run stands in the layer of the first, and says which of the two it is", () => {
    const seen: [string, boolean][] = [];
    const f = (z: tf.Tensor): tf.Tensor =>
      inModule("student", () =>
        inLayer("outer", () =>
          recompute(() => {
            seen.push([layerPath(), isRunAgain()]);
            return tf.square(z);
          }),
        ),
      );
    tf.tidy(() => tf.grad(f)(tf.scalar(3)));
    expect([...seen, [layerPath(), isRunAgain()]]).toEqual([
      ["student/outer", false],
      ["student/outer", true],
      ["", false],
    ]);
  });

  test("by hand: d/dx of (x·w)² is 2·w²·x, also inside another block, and for a block that gives back what it was given", () => {
    const [x, w] = [tf.tensor1d([1, -2]), tf.variable(tf.tensor1d([3, 0.5]))];
    const f = (z: tf.Tensor): tf.Tensor => recompute(() => tf.square(recompute(() => tf.mul(z, w))));
    expect(Array.from(tf.grad(f)(x).dataSync())).toEqual([18, -1]);
    expect(Array.from(tf.variableGrads(() => tf.sum(f(x))).grads[w.name]!.dataSync())).toEqual([6, 4]);
    expect(
      Array.from(
        tf
          .grad((z: tf.Tensor) => recompute(() => z))(x)
          .dataSync(),
      ),
    ).toEqual([1, 1]);
    expect(Array.from(f(x).dataSync())).toEqual([9, 1]); // no gradient asked for
  });

  test("the gradient of a gradient: a critic's penalty in blocks, one in another, is that without, to rounding, eager and compiled", () => {
    const [first, mix, last] = [map([3, 2, 3, 4], 1), map([3, 3, 4, 4], 2), map([1, 1, 4, 2], 3)].map((k) => tf.variable(k));
    const critic =
      (around: Around) =>
      (z: tf.Tensor): tf.Tensor => {
        const conv = (u: tf.Tensor, k: tf.Variable | undefined): tf.Tensor => conv2d(u as tf.Tensor4D, k as tf.Tensor as tf.Tensor4D);
        const low = around(() =>
          tf.tanh(
            conv(
              around(() => tf.sigmoid(conv(z, first))),
              mix,
            ),
          ),
        );
        return tf.tanh(conv(low, last));
      };
    const penalty = (around: Around) => (x: tf.Tensor) => {
      const slope = (): tf.Scalar => tf.sum(tf.square(tf.grad(critic(around))(x)));
      const { value, grads } = tf.variableGrads(slope, [first!, mix!, last!]);
      return [value, ...[first, mix, last].map((v) => grads[v!.name]!)];
    };
    const x = map([2, 7, 5, 3], 4);
    const run = (around: Around): number[][] => {
      const step = compile(penalty(around) as (...args: tf.Tensor[]) => tf.Tensor[], { variables: [first!, mix!, last!] });
      const found = tf.tidy(() => [...penalty(around)(x), ...step.runSync(x)].map((t) => [...t.dataSync()]));
      step.dispose();
      return found;
    };
    const plain = run(plainly);
    const before = held();
    for (const [i, found] of run(recompute).entries()) {
      const largest = Math.max(...plain[i]!.map(Math.abs));
      expect(Math.max(...found.map((value, k) => Math.abs(value - plain[i]![k]!))) / largest, `output ${i}`).toBeLessThan(2e-6);
    }
    expect(held()).toEqual(before);
    const cube = (z: tf.Tensor): tf.Tensor => recompute(() => tf.mul(z, tf.square(z)));
    const twice = tf.grad((z: tf.Tensor) => tf.sum(tf.grad(cube)(z)));
    expect(Array.from(twice(tf.tensor1d([1, -2])).dataSync())).toEqual([6, -12]);
  });

  test("a block that throws, first or again, leaves nothing behind and the next gradient right", () => {
    const x = numbers([3, 2], 1);
    tf.tidy(() =>
      tf
        .grad((z: tf.Tensor) => tf.exp(z))(x)
        .dataSync(),
    );
    const before = held();
    for (const at of [1, 2]) {
      let runs = 0;
      const fails = (z: tf.Tensor): tf.Tensor =>
        recompute(() => {
          const y = tf.exp(tf.tanh(z));
          if (++runs === at) throw new Error(`run ${at}`);
          return y;
        });
      const step = compile((z) => [tf.grad(fails)(z)]);
      expect(() => step.runSync(x)).toThrow(`run ${at}`);
      runs = 0;
      expect(() => tf.tidy(() => withoutReads(() => tf.grad((z: tf.Tensor) => fails(tf.sigmoid(z)))(x)))).toThrow(`run ${at}`);
      expect(held()).toEqual(before);
    }
    expect(
      Array.from(
        tf
          .grad((z: tf.Tensor) => tf.square(z))(tf.scalar(3))
          .dataSync(),
      ),
    ).toEqual([6]);
  });

  test("a compiled step takes less memory: as estimated, and as the process's peak", async () => {
    const script = `
      import { readFileSync } from "node:fs";
      import { compile, conv2d, recompute, relu, startEngine } from "./backend.mjs";
      import * as tf from "@tensorflow/tfjs-core";
      await startEngine();
      const around = process.env.RECOMPUTE === "1" ? recompute : (block) => block();
      const kernels = Array.from({ length: 4 }, (_, i) => Array.from({ length: 4 }, (_, k) => tf.variable(tf.mul(tf.randomNormal([3, 3, 8, 8], 0, 0.2, "float32", 1 + 4 * i + k), 0.5))));
      const step = compile((x) => {
        const { value, grads } = tf.variableGrads(() => {
          const y = kernels.reduce((z, block) => around(() => block.reduce((u, k) => tf.sigmoid(relu(conv2d(u, k))), z)), x);
          return tf.mean(tf.square(y));
        }, kernels.flat());
        return [value, ...Object.values(grads)];
      }, { variables: kernels.flat() });
      const x = tf.randomNormal([4, 256, 256, 8], 0, 1, "float32", 99);
      x.dataSync();
      const memory = (key) => Number(new RegExp(key + ":\\\\s+(\\\\d+) kB").exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
      const before = memory("VmRSS");
      const out = await step.run(x);
      const values = out.map((t) => [...t.dataSync()]);
      console.log(JSON.stringify({ estimate: step.peakBytes(x), peak: memory("VmHWM") - before, values }));`;
    interface Found {
      readonly estimate: number;
      readonly peak: number;
      readonly values: number[][];
    }
    const [plain, again] = await Promise.all(
      ["0", "1"].map(async (RECOMPUTE) => {
        const { stdout, stderr } = await children.run(script, { RECOMPUTE });
        if (stdout === "") throw new Error(stderr);
        return JSON.parse(stdout) as Found;
      }),
    );
    expect(again!.values).toEqual(plain!.values);
    const MB = (bytes: number): number => Math.round(bytes / 2 ** 20);
    console.log(
      `recompute: estimate ${MB(again!.estimate)} of ${MB(plain!.estimate)} MB, measured ${MB(again!.peak)} of ${MB(plain!.peak)} MB`,
    );
    expect(again!.estimate).toBeLessThan(0.7 * plain!.estimate);
    expect(again!.peak).toBeLessThan(0.8 * plain!.peak);
  });
});
