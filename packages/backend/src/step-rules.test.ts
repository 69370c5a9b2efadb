import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { BackendError } from "./errors.js";
import { compile, startEngine, withoutReads } from "./index.js";
import { statelessUniform } from "./ops/index.js";
import { place, withoutColumns } from "./testing/place.js";

let held: () => unknown;
beforeAll(async () => {
  const info = await startEngine();
  held = () => [info.memory(), tf.memory().numTensors];
});

/** Code and message, columns apart, of what a step throws, compiled and op by op; they are the same. */
function refused(f: (...args: tf.Tensor[]) => tf.Tensor[], ...args: tf.Tensor[]): readonly [string, string] {
  const all = [() => compile(f).runSync(...args), () => tf.tidy(() => withoutReads(() => f(...args)))].map((run) => {
    try {
      run();
    } catch (failure) {
      const { code, message } = failure as BackendError;
      return [code, withoutColumns(message)] as const;
    }
    throw new Error("nothing was thrown");
  });
  if (all[0]![0] === "backend/read-inside")
    expect(all[1]![0]).toBe(all[0]![0]); // op by op nobody knows what made a tensor
  else expect(all[1]).toEqual(all[0]);
  return all[0]!;
}

describe("what a step refuses, with the user's line", () => {
  const drawn = (what: string, where: string): readonly [string, string] => [
    "backend/random-inside",
    `[backend] ${what} was called inside a step at ${where}: a compiled step would draw once and use the same numbers ever after. Use statelessUniform or statelessNormal of @segdistill/backend/ops with a seed tensor that is fed.`,
  ];

  test("Math.random", () =>
    expect(refused((x) => [tf.mul(x, Math.random())], tf.scalar(2))).toEqual(
      drawn("Math.random", place(import.meta.url, "x, Math.random())")),
    ));

  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ["randomUniform", (x) => tf.randomUniform(x.shape, 0, 1, "float32", 7)], // draw 1
    ["randomNormal", (x) => tf.randomNormal(x.shape, 0, 1, "float32", 7)], // draw 2
    ["truncatedNormal", (x) => tf.truncatedNormal(x.shape, 0, 1, "float32", 7)], // draw 3
    ["randomStandardNormal", (x) => tf.randomStandardNormal(x.shape, "float32", 7)], // draw 4
    ["randomGamma", (x) => tf.randomGamma(x.shape, 1, 1, "float32", 7)], // draw 5
    ["randomUniformInt", (x) => tf.randomUniformInt(x.shape, 0, 5, 7)], // draw 6
    ["dropout", (x) => tf.dropout(x, 0.5, undefined, 7)], // draw 7
    ["multinomial", (x) => tf.multinomial(x as tf.Tensor2D, 3, 7)], // draw 8
    ["rand", (x) => tf.rand(x.shape, () => 1)], // draw 9
  ])("tf.%s, also with a seed and inside a gradient", (name, draw) => {
    const names = ["randomUniform", "randomNormal", "truncatedNormal", "randomStandardNormal", "randomGamma", "randomUniformInt", "dropout", "multinomial", "rand"]; // prettier-ignore
    const expected = drawn(`tf.${name}`, place(import.meta.url, `// draw ${names.indexOf(name) + 1}`));
    const x = tf.ones([2, 3]);
    expect(refused((z) => [draw(z)], x)).toEqual(expected);
    expect(refused((z) => [tf.grad((y) => tf.sum(tf.mul(y, draw(y))))(z)], x)).toEqual(expected);
  });

  test("afterwards all of them draw again, and statelessUniform does inside", () => {
    expect(refused(() => [tf.scalar(Math.random())])[0]).toBe("backend/random-inside");
    expect(Math.random()).not.toBe(Math.random());
    expect(tf.randomUniform([3], 0, 1, "float32", 7).shape).toEqual([3]);
    const seed = tf.tensor1d([1, 2], "int32");
    expect(compile((s) => [statelessUniform([3], s as tf.Tensor1D)]).runSync(seed)[0]!.shape).toEqual([3]);
  });

  test("a tensor that was disposed of and is closed over: forwards and in a gradient", () => {
    const gone = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    gone.dispose();
    const expected = (marker: string): readonly [string, string] => [
      "backend/used-after-dispose",
      `[backend] a tensor that was given back (by dispose, or at the end of a tidy) is used at ${place(import.meta.url, marker)}. Keep it with tf.keep, or make it an argument or a variable.`,
    ];
    const x = tf.ones([2, 3]);
    expect(refused((z) => [tf.mul(z, gone)], x)).toEqual(expected("refused((z) => [tf.mul(z, gone)]"));
    expect(refused((z) => [tf.reshape(gone, [3, 2]), z], x)).toEqual(expected("[tf.reshape(gone, [3, 2])"));
    expect(refused((z) => [tf.grad((y) => tf.sum(tf.mul(y, gone)))(z)], x)).toEqual(expected("tf.sum(tf.mul(y, gone))"));
  });

  test("a value that is read: what it is, and where", async () => {
    const read = (what: string, marker: string): readonly [string, string] => [
      "backend/read-inside",
      `[backend] the values of ${what} were read inside a step at ${place(import.meta.url, marker)}. A step is one tensor program: decide with tf.where, or feed the number as a tensor.`,
    ];
    const v = tf.variable(tf.tensor1d([3, 4]), true, "net/bias");
    const other = tf.add(tf.ones([4, 1]), 1);
    const x = tf.ones([2, 3]);
    const inside = (f: (z: tf.Tensor) => tf.Tensor[]): readonly [string, string] => {
      try {
        compile((_, z) => f(z), { variables: [v] }).runSync(x, x);
      } catch (failure) {
        const { code, message } = failure as BackendError;
        return [code, withoutColumns(message)];
      }
      throw new Error("nothing was thrown");
    };
    expect(inside((z) => [tf.scalar(z.dataSync()[0]!)])).toEqual(read("argument 1 [2, 3]", "[tf.scalar(z.dataSync()[0]!)]"));
    expect(inside((z) => [tf.mul(z, v.dataSync()[0]!)])).toEqual(read('variable "net/bias" [2]', "v.dataSync()[0]!)])"));
    expect(inside((z) => [tf.mul(z, other.dataSync()[0]!)])).toEqual(read("a tensor from outside [4, 1]", "other.dataSync()[0]!"));
    expect(inside((z) => [tf.mul(z, tf.matMul(z, z, true).arraySync() as never)])).toEqual(
      read("a result of BatchMatMulV2 [3, 3]", "true).arraySync() as never)]"),
    );
    // op by op nobody knows more of it than its shape
    expect(() => withoutReads(() => tf.add(x, 1).dataSync())).toThrow(
      "[backend] the values of a tensor [2, 3] were read inside a step at ",
    );
    let late: Promise<unknown> = Promise.resolve();
    compile((z) => ((late = tf.whereAsync(tf.greater(z, 0))), [z])).runSync(x);
    const failure = await late.then(() => null, (found: unknown) => withoutColumns((found as Error).message)); // prettier-ignore
    expect(failure).toBe(read("a result of Greater [2, 3]", "tf.whereAsync(tf.greater(z, 0))")[1]);
  });

  test("nothing is left behind, whatever a step threw", () => {
    const [x, gone] = [tf.ones([2, 3]), tf.ones([2, 3])];
    gone.dispose();
    tf.add(x, 1).dispose(); // tfjs uploads late
    const before = held();
    for (const f of [
      (z: tf.Tensor) => [tf.mul(tf.add(z, 1), Math.random())],
      (z: tf.Tensor) => [tf.grad((y) => tf.sum(tf.mul(tf.tanh(y), tf.randomUniform(y.shape))))(z)],
      (z: tf.Tensor) => [tf.grad((y) => tf.sum(tf.mul(tf.exp(y), gone)))(z)],
      (z: tf.Tensor) => [tf.grad((y) => tf.sum(tf.mul(tf.exp(y), tf.exp(y).dataSync()[0]!)))(z)],
    ]) {
      refused(f, x);
      expect(held()).toEqual(before);
    }
  });
});
