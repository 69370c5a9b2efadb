import { AssertionError } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { compile, startEngine } from "./index.js";
import { inLayer, inModule, layerPath } from "./layer-path.js";
import { conv2d, matMul } from "./ops/index.js";
import { map, numbers } from "./testing/numbers.js";

beforeAll(async () => {
  await startEngine();
});

test("the path is the module's name and the innermost layer's; both are left again, by an error too", () => {
  expect(layerPath()).toBe("");
  const seen = inModule("student", () => [
    layerPath(),
    inLayer("encoder/4", () => inLayer("encoder/4/first", layerPath)),
    inLayer("head", () => inModule("teacher", layerPath)),
    layerPath(),
  ]);
  expect(seen).toEqual(["student", "student/encoder/4/first", "teacher", "student"]);
  expect(() => inLayer("alone", () => raised(layerPath()))).toThrow("alone");
  expect(layerPath()).toBe("");
});

const raised = (message: string): never => {
  throw new Error(message);
};
/** The error of `f` inside a layer of a module. */
function within(f: () => unknown): Error {
  try {
    inModule("student", () => inLayer("encoder/4", () => inLayer("encoder/4/first/conv", f)));
  } catch (failure) {
    return failure as Error;
  }
  throw new Error("nothing was thrown");
}

describe("a wrong shape is reported with operator, both shapes and the layer's path, before the run", () => {
  const given = (): [tf.Tensor4D, tf.Tensor4D] => [map([4, 6, 5, 24], 1), map([3, 3, 32, 64], 2)];
  const wanted =
    '[conv2d] x has 24 channels [4, 6, 5, 24], the kernel takes 32 [3, 3, 32, 64], in layer "student/encoder/4/first/conv". ' +
    "Give this layer 32 channels, or make it for 24.";

  test("of an operator of ours, where it stands in the sentence: eager and while a step is traced", () => {
    const [x, kernel] = given();
    expect(within(() => conv2d(x, kernel)).message).toBe(wanted);
    const step = compile((z) => [inModule("student", () => inLayer("encoder/4/first/conv", () => conv2d(z as tf.Tensor4D, kernel)))]);
    expect(() => step.runSync(x)).toThrow(wanted);
    expect(step.operations()).toEqual({});
  });

  test("of TensorFlow, eager and traced, and of tfjs: at the end", () => {
    const [a, b] = [numbers([2, 3], 1), numbers([4, 5], 2)];
    expect(within(() => tf.mul(a, b))).toMatchObject({
      code: "backend/invalid-argument",
      message: '[backend] Mul: Incompatible shapes: [2,3] vs. [4,5], in layer "student/encoder/4/first/conv".',
    });
    expect(within(() => compile((p, q) => [inModule("student", () => inLayer("head", () => tf.mul(p, q)))]).runSync(a, b)).message).toBe(
      '[backend] Mul: Dimensions must be equal, but are 2 and 4 with input shapes: [2,3], [4,5], in layer "student/head".',
    );
    const said = within(() => tf.conv2d(a as tf.Tensor4D, map([3, 3, 3, 2], 2), 1, "same"));
    expect(said.message).toBe('Error in conv2d: input must be rank 4, but got rank 2, in layer "student/encoder/4/first/conv".');
    expect(said.stack).toContain(said.message);
  });

  test("said once, by the innermost; outside of networks nothing is added", () => {
    const [x, kernel] = given();
    expect(within(() => inLayer("encoder/4/second", () => matMul(x, kernel))).message.match(/in layer/g)).toHaveLength(1);
    expect(() => conv2d(x, kernel)).toThrow(wanted.replace(', in layer "student/encoder/4/first/conv"', ""));
  });

  test("what the user put in wrongly, and what a test asserts, keeps its words", () => {
    const input = Object.assign(new Error("[u-net] the input has 3 channels."), { name: "SegDistillError", code: "models-x", exit: 2 });
    const asserted = new AssertionError({ message: "[n] expected no noise." });
    for (const failure of [input, asserted]) {
      const said = failure.message;
      const found = within(() => {
        throw failure;
      });
      expect([found === failure, found.message]).toEqual([true, said]);
    }
  });
});
