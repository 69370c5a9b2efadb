import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { compile, startEngine } from "../index.js";
import { after } from "../ops/index.js";

const info = await startEngine();

test("the gradient is x's alone, and a compiled step keeps no zeros for the others, though they hang on x too", () => {
  const x = tf.fill([6000], 3);
  const step = compile((z, dy) => [tf.grad((u: tf.Tensor) => after(tf.square(u), [tf.mul(u, 2), tf.exp(u)]))(z, dy)]);
  const before = info.memory().tensors;
  const gradient = tf.tidy(() => step.runSync(x, x)[0]!.dataSync());
  expect(new Set(gradient)).toEqual(new Set([18]));
  expect(info.memory().tensors).toBe(before);
  step.dispose();
});
