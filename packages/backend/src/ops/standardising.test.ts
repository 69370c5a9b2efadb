import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { expectTwice } from "../testing/any-shape.js";
import { gradientError } from "../testing/central-differences.js";
import { casesOf, expectCase } from "../testing/fixtures.js";
import { numbers } from "../testing/numbers.js";
import { instanceNorm, layerNorm } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

interface Norm {
  readonly x: readonly number[];
  readonly epsilon: number;
}
const inputs = ({ x }: Norm): tf.Tensor[] => [numbers(x, 1), tf.add(numbers([x.at(-1)!], 2), 1.5), numbers([x.at(-1)!], 4)];

describe.each([
  ["layerNorm", (x: tf.Tensor, s: tf.Tensor1D, o: tf.Tensor1D, epsilon: number) => layerNorm(x, s, o, epsilon)],
  [
    "instanceNorm",
    (x: tf.Tensor, scale: tf.Tensor1D, offset: tf.Tensor1D, epsilon: number) => instanceNorm(x as tf.Tensor4D, { scale, offset, epsilon }),
  ],
] as const)("%s", (name, f) => {
  const of =
    ({ epsilon }: Norm) =>
    (...[x, scale, offset]: tf.Tensor[]): tf.Tensor =>
      f(x!, scale as tf.Tensor1D, offset as tf.Tensor1D, epsilon);

  test.each(casesOf<Norm>(name, "maps"))("of $x, epsilon $epsilon: value and gradients are PyTorch's", (one) => {
    expectCase(of(one), inputs(one), one, { bytes: false, tolerance: 2e-5 });
    const [x, scale, offset] = inputs(one);
    expect(gradientError((z) => of(one)(z, scale!, offset!), x!, 1e-2)).toBeLessThan(1e-2);
  });
  test.each(casesOf<Norm>(`${name}Twice`, "maps"))("second order, of $x", (one) => expectTwice(of(one), inputs(one), one, 2e-5));
});

test("layerNorm by hand: two numbers become −1 and 1", () => {
  const y = layerNorm(tf.tensor2d([3, 7, 10, 4], [2, 2]), tf.tensor1d([2, 3]), tf.tensor1d([0.5, 1]), 0);
  expect(Array.from(y.dataSync())).toEqual([-1.5, 4, 2.5, -2]);
});

test("instanceNorm by hand: every image and channel on its own, without scale and offset", () => {
  const y = instanceNorm(tf.tensor4d([1, 5, 3, 9, 0, 4, 8, 2], [2, 1, 2, 2]), { epsilon: 0 });
  expect(Array.from(y.dataSync())).toEqual([-1, -1, 1, 1, -1, 1, 1, -1]);
});
