import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { compile } from "../index.js";
import { attention, conv2d, instanceNorm, leakyRelu, logSoftmax, matMul, relu, relu6, softmax, tanh } from "../ops/index.js";
import { describeAnyShape } from "../testing/any-shape.js";
import { casesOf, expectClose } from "../testing/fixtures.js";
import { map, numbers } from "../testing/numbers.js";

beforeAll(async () => {
  await startEngine();
});

const functions: Readonly<Record<string, (x: tf.Tensor, axis: number) => tf.Tensor>> = {
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  exp: (x) => tf.exp(x),
  softmax,
  logSoftmax,
  leakyRelu: (x) => tf.leakyRelu(tf.sub(tf.mul(x, x), 0.3), 0.2),
  relu: (x) => relu(tf.sub(tf.mul(x, x), 0.3)),
  relu6: (x) => relu6(tf.sub(tf.mul(tf.mul(x, x), 9), 0.3)),
};

describe("the gradient of ⟨w, gradient⟩ in x and in dy is PyTorch's, eager and compiled", () => {
  test.each(casesOf<{ name: string; axis?: number; x: readonly number[] }>("secondOrder"))("$name, axis $axis", (one) => {
    const f = (x: tf.Tensor): tf.Tensor => functions[one.name]!(x, one.axis ?? -1);
    const [x, dy, w] = [numbers(one.x, 1), numbers(one.x, 3), numbers(one.x, 6)];
    const gradient = (z: tf.Tensor, d: tf.Tensor): tf.Tensor => tf.grad((u: tf.Tensor) => tf.sum(tf.mul(d, f(u))))(z);
    const all = (z: tf.Tensor, d: tf.Tensor): tf.Tensor[] => [
      gradient(z, d),
      ...tf.grads((u: tf.Tensor, v: tf.Tensor) => tf.sum(tf.mul(w, gradient(u, v))))([z, d]),
    ];
    for (const found of [all(x, dy), compile((z, d) => all(z, d)).runSync(x, dy)])
      [one.y, ...one.gradients].forEach((wanted, i) => expectClose(found[i]!, wanted, 1e-5, `output ${i}`));
  });
});

const activations: Readonly<Record<string, (x: tf.Tensor4D) => tf.Tensor4D>> = {
  relu,
  leakyRelu: (x) => tf.leakyRelu(x, 0.2),
  tanh: (x) => tf.tanh(x),
};

describe("a gradient penalty through two convolutions: value and gradients in picture and kernels are PyTorch's", () => {
  test.each(casesOf<{ activation: string; strides: [number, number] }>("penalty"))("$activation, strides $strides", (one) => {
    const act = activations[one.activation]!;
    const critic = (x: tf.Tensor, first: tf.Tensor, second: tf.Tensor): tf.Tensor => {
      const inner = act(conv2d(x as tf.Tensor4D, first as tf.Tensor4D, { stride: one.strides[0] }));
      return act(conv2d(inner, second as tf.Tensor4D, { stride: one.strides[1], padding: 1 }));
    };
    const inputs = [map([2, 8, 6, 3], 1), map([3, 3, 3, 4], 2), map([4, 3, 4, 2], 4)];
    const dy = numbers(critic(inputs[0]!, inputs[1]!, inputs[2]!).shape, 3);
    const penalty = (x: tf.Tensor, first: tf.Tensor, second: tf.Tensor): tf.Tensor => {
      const g = tf.grad((u: tf.Tensor) => tf.sum(tf.mul(dy, critic(u, first, second))))(x);
      return tf.sum(tf.square(tf.sub(tf.sqrt(tf.sum(tf.square(g), [1, 2, 3])), 1)));
    };
    const all = (...xs: tf.Tensor[]): tf.Tensor[] => {
      const { value, grads } = tf.valueAndGrads(penalty as (...args: tf.Tensor[]) => tf.Tensor)(xs);
      return [value, ...grads];
    };
    for (const found of [all(...inputs), compile(all).runSync(...inputs)]) {
      expect(found.length).toBe(4);
      [one.y, ...one.gradients].forEach((wanted, i) => expectClose(found[i]!, wanted, 2e-5, `output ${i}`));
    }
  });
});

describeAnyShape(
  "criticPenalty",
  (inputs) => {
    const [x, first, mix, last] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor2D, tf.Tensor4D];
    const critic = (given: tf.Tensor): tf.Tensor => {
      const inner = leakyRelu(instanceNorm(conv2d(given as tf.Tensor4D, first, { stride: 2, padding: 1 })), 0.2); // [B, h, w, C]
      const [b, h, w, c] = inner.shape;
      const tokens = tf.reshape(inner, [b, h * w, c]);
      const [q, k, v] = tf.split(matMul(tokens, mix), [2, 2, c], -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const seen = tf.add<tf.Tensor>(tokens, attention(q, k, v, { scale: 1 }));
      return tanh(conv2d(tf.reshape(seen, [b, h, w, c]), last, { padding: "valid" }));
    };
    const slope = tf.grad((given: tf.Tensor) => tf.sum(critic(given)))(x);
    return tf.sum(tf.square(tf.sub(tf.sqrt(tf.sum(tf.square(slope), [1, 2, 3])), 1)));
  },
  { bytes: false, tolerance: 5e-5, secondOrder: false },
);
