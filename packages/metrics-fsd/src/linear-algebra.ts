import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { noConvergence } from "./errors.js";

/** Vectors of length `width`, one after another: a matrix, row-major. */
export interface Rows {
  readonly width: number;
  readonly data: Float64Array;
}

/**
 * A matrix of largest absolute value 1 and what it was divided by. What is below 1e-100 of it becomes 0: far below rounding, and the library's sums of squares of
 * such numbers underflow and end in NaN.
 */
function scaled(data: Float64Array): { readonly scale: number; readonly values: Float64Array } {
  const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (scale === 0) return { scale, values: data };
  return { scale, values: data.map((value) => (Math.abs(value) < 1e-100 * scale ? 0 : value / scale)) };
}

const finite = (values: readonly number[], what: string): readonly number[] => {
  if (!values.every(Number.isFinite)) throw noConvergence(what);
  return values;
};

/** The sum of the singular values of A Bᵀ, for A [m, d] and B [n, d]. */
export function nuclearNormOfProduct(a: Rows, b: Rows): number {
  const d = a.width;
  const [m, n] = [a.data.length / d, b.data.length / d];
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += a.data[i * d + k]! * b.data[j * d + k]!;
      product[i * n + j] = sum;
    }
  const { scale, values } = scaled(product);
  if (scale === 0) return 0;
  const { diagonal } = new SingularValueDecomposition(Matrix.from1DArray(m, n, values), {
    ...{ autoTranspose: true, computeLeftSingularVectors: false, computeRightSingularVectors: false },
  });
  return scale * finite(diagonal, "singular values").reduce((sum, value) => sum + value, 0);
}

/** A symmetric matrix's eigenvalues, largest first, with their vectors of length 1 as rows. */
export function eigen(symmetric: Float64Array, d: number): { readonly values: readonly number[]; readonly vectors: Rows } {
  const { scale, values } = scaled(symmetric);
  const found = new EigenvalueDecomposition(Matrix.from1DArray(d, d, values), { assumeSymmetric: true });
  const ascending = finite(found.realEigenvalues, "eigenvalues");
  const order = ascending.map((_, i) => i).sort((i, j) => ascending[j]! - ascending[i]!);
  const { eigenvectorMatrix } = found;
  const data = new Float64Array(d * d);
  for (const [at, column] of order.entries()) for (let i = 0; i < d; i++) data[at * d + i] = eigenvectorMatrix.get(i, column);
  return { values: order.map((i) => scale * ascending[i]!), vectors: { width: d, data } };
}

/** Rows R with Rᵀ R = Σ: √λ v for every eigenvalue above d · 2^-52 of the largest, below which they are rounding. */
export function rootRows(covariance: Float64Array, d: number): Rows {
  const { values, vectors } = eigen(covariance, d);
  const kept = values.filter((value) => value > d * Number.EPSILON * values[0]!);
  const data = vectors.data.slice(0, kept.length * d).map((value, at) => Math.sqrt(kept[Math.floor(at / d)]!) * value);
  return { width: d, data };
}

/** A row times the transpose of a matrix: its products with every row of it. */
export function times(row: ArrayLike<number>, { width, data }: Rows): Float64Array {
  const out = new Float64Array(data.length / width);
  for (let i = 0; i < out.length; i++) for (let k = 0; k < width; k++) out[i]! += row[k]! * data[i * width + k]!;
  return out;
}
