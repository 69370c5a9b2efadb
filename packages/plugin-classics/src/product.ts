import { expandDims, mul, sum, type Tensor, type Tensor3D } from "@tensorflow/tfjs-core";
import { float32Barrier, matMul, type MatMulOptions } from "@segdistill/backend/ops";

/**
 * Products of matrices `[B, m, k]` and `[B, k, n]`: `[B, m, n]`. Under `precision: bfloat16` the product is rounded to 8 bits, and what follows it is float32
 * again: losses are (methods.md 1.4).
 */
export const product = (a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor3D => float32Barrier(matMul(a, b, options)) as Tensor3D;

/**
 * Cosines of every two of a few vectors of length 1: `[B, n, C]` to `[B, n, n]`. By sums, n² of them, and not as one product: in bfloat16 that would
 * round cosines near 1 to steps of 1/256, which is more than a student differs from its teacher.
 */
export const cosinesOfFew = (x: Tensor3D): Tensor3D => sum(mul(expandDims(x, 2), expandDims(x, 1)), 3);
