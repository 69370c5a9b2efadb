import { tensor, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";

/** Numbers in [−1, 1) that look random and that fixtures/operators.py makes too: ((7919·i + 104729·seed) mod 10007) / 5003.5 − 1. */
export function numbers(shape: readonly number[], seed: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: count }, (_, i) => ((i * 7919 + seed * 104729) % 10007) / 5003.5 - 1);
  return tensor(values, [...shape]);
}

/** The same as a map [B, H, W, C], or a kernel. */
export const map = (shape: readonly [number, number, number, number], seed: number): Tensor4D => numbers(shape, seed) as Tensor4D;
