import { expect, it } from "vitest";
import { eigen, nuclearNormOfProduct, rootRows, times, type Rows } from "./linear-algebra.js";
import { closeTo, normals } from "./testing.js";

const rows = (width: number, ...data: number[]): Rows => ({ width, data: Float64Array.from(data) });

it("sums the singular values of a product A Bᵀ", () => {
  // A Bᵀ = [[3, 0, 0], [0, 0, −4]].
  closeTo(nuclearNormOfProduct(rows(2, 3, 0, 0, -4), rows(2, 1, 0, 0, 0, 0, 1)), 7);
  // [[1, 1], [1, 1]]: 2 and 0.
  closeTo(nuclearNormOfProduct(rows(1, 1, 1), rows(1, 1, 1)), 2);
  expect(nuclearNormOfProduct(rows(2), rows(2, 1, 2))).toBe(0);
  expect(nuclearNormOfProduct(rows(1, 0, 0), rows(1, 1, 2, 3))).toBe(0);
});

it("finds eigenvalues, largest first, with vectors of length 1 as rows", () => {
  const { values, vectors } = eigen(Float64Array.of(2, 1, 1, 2), 2);
  expect(values.map((value) => value.toFixed(12))).toEqual(["3.000000000000", "1.000000000000"]);
  const [a, b, c, d] = vectors.data;
  closeTo(a! * b!, 0.5);
  closeTo(c! * d!, -0.5);
});

it("has roots whose squares are the matrix, without what is rounding", () => {
  // Of rank 3: five rows of 7, of which two repeat.
  const [x, y, z] = normals(3, 7, 6);
  const five = [x!, y!, z!, x!, y!];
  const product = Float64Array.from({ length: 49 }, (_, at) => five.reduce((sum, row) => sum + row[Math.floor(at / 7)]! * row[at % 7]!, 0));
  const { data } = rootRows(product, 7);
  expect(data).toHaveLength(3 * 7);
  for (const [at, value] of product.entries()) {
    const [i, j] = [Math.floor(at / 7), at % 7];
    closeTo([0, 7, 14].reduce((sum, row) => sum + data[row + i]! * data[row + j]!, 0), value, 1e-12); // prettier-ignore
  }
  expect(rootRows(new Float64Array(9), 3).data).toHaveLength(0);
});

it("multiplies a row by a transposed matrix", () => {
  expect([...times([1, 2, 3], rows(3, 1, 0, 0, 0, 1, 1))]).toEqual([1, 5]);
});

it("takes numbers near the smallest there are beside others, where the library alone ends in a TypeError", () => {
  const tiny = 1.5e-308;
  const { values } = eigen(Float64Array.of(0, tiny, tiny, tiny, 0.5, 0.5, tiny, 0.5, 1), 3);
  // λ² − 1.5 λ + 0.25 = 0, and 0.
  for (const [at, expected] of [0.75 + Math.sqrt(5) / 4, 0.75 - Math.sqrt(5) / 4, 0].entries())
    expect(values[at]).toBeCloseTo(expected, 14);
});

it("ends for matrices on which iterations stall: ones, units, one-hot rows, repeated rows and signs", () => {
  const of = (m: number, n: number, value: (i: number, j: number) => number): Rows =>
    rows(n, ...Array.from({ length: m * n }, (_, at) => value(Math.floor(at / n), at % n)));
  const unit = (n: number): Rows => of(n, n, (i, j) => (i === j ? 1 : 0));
  closeTo(nuclearNormOfProduct(of(120, 100, (i, j) => (j === i % 100 ? 1 : 0)), unit(100)), 20 * Math.SQRT2 + 80); // prettier-ignore
  closeTo(nuclearNormOfProduct(of(60, 40, () => 0.9), unit(40)), 0.9 * Math.sqrt(2400)); // prettier-ignore
  closeTo(nuclearNormOfProduct(of(50, 50, (i, j) => (i === j ? (i % 2 ? -1 : 1) : 0)), unit(50)), 50); // prettier-ignore
  const { values } = eigen(of(64, 64, (i, j) => (i % 8 === j % 8 ? 1 : 0)).data, 64);
  expect(values.map((value) => Math.round(value * 1e9) / 1e9 || 0)).toEqual([...Array<number>(8).fill(8), ...Array<number>(56).fill(0)]);
});
