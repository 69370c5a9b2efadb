import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { frechetOfGaussians, frechetOfRows } from "./frechet.js";
import { gaussianOf } from "./gaussian.js";
import type { Latents } from "./latents.js";
import { momentsOf } from "./moments.js";
import { closeTo, hashed, normals } from "./testing.js";

interface Case {
  readonly name: string;
  readonly x: number[][];
  readonly y: number[][];
  readonly svdvals: number;
  readonly sqrtm: number | null;
  readonly identity: number;
  readonly ledoitWolf: number;
}
const { cases, wide } = JSON.parse(readFileSync(new URL("../fixtures/frechet.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
  readonly wide: Readonly<Record<"few" | "fewOf64" | "fewLedoitWolf" | "many" | "manyBySvdvals", number>>;
};

const byCovariances = (x: Latents, y: Latents, shrink?: "identity" | "ledoit-wolf"): number =>
  frechetOfGaussians(gaussianOf(x, shrink), gaussianOf(y, shrink));
const both = [frechetOfRows, byCovariances] as const;

describe.each([
  ["singular values", frechetOfRows],
  ["covariances", byCovariances],
])("by %s", (_, distance) => {
  it("of one dimension is (μ1 − μ2)² + (σ1 − σ2)²", () => {
    // Means 2 and 7; variances ((−2)² + 0 + 2²) / 2 = 4 and ((−1)² + 1²) / 1 = 2.
    closeTo(distance([[0], [2], [4]], [[6], [8]]), 25 + (2 - Math.SQRT2) ** 2);
  });

  it("of axes in the same order is that of each axis, and of crossed axes is not", () => {
    // X: variance 4 along the first axis, 1 along the second, means 0; Y the other way round. N = 4, so a coordinate of ±a at two rows has variance 2 a² / 3.
    const [a, b] = [Math.sqrt(6), Math.sqrt(1.5)];
    const x = [
      [a, 0],
      [-a, 0],
      [0, b],
      [0, -b],
    ];
    const y = x.map(([first, second]) => [second! + 3, first!]);
    closeTo(distance(x, y), 9 + (2 - 1) ** 2 + (1 - 2) ** 2);
    // Correlated: Σ = [[2, 1], [1, 2]] (eigenvalues 3, 1) against I: Tr Σ^½ = √3 + 1.
    const half = Math.sqrt(1.5);
    const sphere = [
      [half, 0],
      [-half, 0],
      [0, half],
      [0, -half],
    ];
    const [major, minor] = [Math.sqrt(4.5 / 2), Math.sqrt(1.5 / 2)];
    const turned = [
      [major, major],
      [-major, -major],
      [minor, -minor],
      [-minor, minor],
    ];
    closeTo(distance(turned, sphere), 4 + 2 - 2 * (Math.sqrt(3) + 1));
  });

  it.each(cases.map((one) => [one.name, one] as const))("agrees with SciPy to 1e-8: %s", (__, { x, y, svdvals, sqrtm }) => {
    closeTo(distance(x, y), svdvals, 1e-8);
    if (sqrtm !== null) closeTo(distance(x, y), sqrtm, 1e-8);
  });

  it("agrees with SciPy at 64 dimensions and few rows, and at 40 and many", () => {
    closeTo(distance(hashed(20, 64, 3, 5, 11), hashed(30, 64, 13, 2, 17, 0.9, 0.05)), wide.fewOf64, 1e-8);
    const [x, y] = [hashed(160, 40, 3, 5, 11), hashed(150, 40, 13, 2, 17, 0.9, 0.05)];
    closeTo(distance(x, y), wide.many, 1e-8);
    closeTo(distance(x, y), wide.manyBySvdvals, 1e-8);
  });

  it.each([
    [9, 14, 5],
    [4, 6, 13],
  ])("has its properties with N %i and %i in %i dimensions", (nx, ny, d) => {
    const [x, y] = [normals(nx, d, 3), normals(ny, d, 4, 1.7)];
    const value = distance(x, y);
    const trace = gaussianOf(x).covariance.reduce((sum, one, at) => (at % (d + 1) === 0 ? sum + one : sum), 0);
    for (const set of [x, y, y.map(times(3)), x.slice(1), y.slice(1), y.slice(2)]) {
      expect(distance(set, set)).toBeLessThanOrEqual(1e-6 * trace);
      expect(distance(set, set)).toBeGreaterThanOrEqual(0);
    }
    closeTo(distance(y, x), value);
    const shift = Float64Array.from({ length: d }, (__, i) => (i % 3) - 0.5);
    const length = shift.reduce((sum, one) => sum + one * one, 0);
    expect(Math.abs(distance(moved(x, shift), x) - length)).toBeLessThanOrEqual(1e-6 * trace);
    closeTo(distance(moved(x, shift), moved(y, shift)), value);
    closeTo(distance(x.map(rotated), y.map(rotated)), value);
    closeTo(distance(x.map(times(2.5)), y.map(times(2.5))), 6.25 * value);
    closeTo(distance(x.toReversed(), [...y.slice(2), ...y.slice(0, 2)]), value);
    expect(value).toBeGreaterThan(0.1);
  });

  it("refuses sets without covariance, of two spaces, or with what is no number", () => {
    const two = [
      [1, 2],
      [3, 4],
    ];
    expect(() => distance(two, [[1], [2]])).toThrow(/^\[fsd\] X has 2 numbers a row, Y has 1\./);
    expect(() => distance([[1, 2]], two)).toThrow(/ has 1 rows\. Expected at least 2/);
    expect(() => distance(two, [[1, 2]])).toThrow(/ has 1 rows\. Expected at least 2/);
    expect(() => distance(two, [[1, 2], [NaN, 4]])).toThrow(/: row 1 holds NaN at 0\./); // prettier-ignore
    expect(() => distance([[1, -Infinity], [3, 4]], two)).toThrow(/: row 0 holds -Infinity at 1\./); // prettier-ignore
    expect(() => distance([[1, 2e100], [3, 4]], two)).toThrow(/: row 0 holds 2e\+100 at 1\./); // prettier-ignore
    expect(() => distance(two, [[1, 2], [3]])).toThrow(/: row 1 has 1 numbers\. Expected 2, as in row 0\./); // prettier-ignore
    expect(() => distance([[], []], two)).toThrow(/: row 0 has 0 numbers\. Expected at least 1\./);
  });

  it("of constant sets is that of their means", () => {
    closeTo(distance([[1, 5], [1, 5], [1, 5]], [[4, 1], [4, 1]]), 25); // prettier-ignore
    closeTo(distance([[1, 5], [1, 5]], [[1, 4], [1, 6]]), 2); // prettier-ignore
  });

  it("takes numbers of every size", () => {
    const [x, y] = [normals(6, 4, 1), normals(7, 4, 2)];
    const value = distance(x, y);
    for (const scale of [1e-90, 1e-20, 1e60]) closeTo(distance(x.map(times(scale)), y.map(times(scale))) / scale / scale, value, 1e-9);
  });
});

describe("covariances", () => {
  it.each(cases.map((one) => [one.name, one] as const))("agree with SciPy when shrunk: %s", (_, { x, y, identity, ledoitWolf }) => {
    closeTo(byCovariances(x, y, "identity"), identity, 1e-8);
    closeTo(byCovariances(x, y, "ledoit-wolf"), ledoitWolf, 1e-8);
  });

  it("shrunk agree with SciPy at 64 dimensions", () => {
    const [x, y] = [hashed(20, 64, 3, 5, 11), hashed(30, 64, 13, 2, 17, 0.9, 0.05)];
    closeTo(byCovariances(x, y, "ledoit-wolf"), wide.fewLedoitWolf, 1e-8);
  });
});

it("agrees with SciPy at 512 dimensions by singular values", () => {
  closeTo(frechetOfRows(hashed(40, 512, 3, 5, 11), hashed(50, 512, 13, 2, 17, 0.9, 0.05)), wide.few, 1e-8);
});

it("takes float32 rows in double precision", () => {
  const [x, y] = [normals(5, 3, 8).map((row) => Float32Array.from(row)), normals(6, 3, 9).map((row) => Float32Array.from(row))];
  for (const distance of both) closeTo(distance(x, y), distance(x.map((row) => [...row]), y.map((row) => [...row])), 1e-14); // prettier-ignore
  closeTo(frechetOfGaussians(gaussianOf(momentsOf(x)), gaussianOf(momentsOf(y))), frechetOfRows(x, y));
});

const moved = (rows: Latents, by: ArrayLike<number>): Latents => rows.map((row) => Float64Array.from(row, (value, i) => value + by[i]!));
const times =
  (scale: number) =>
  (row: ArrayLike<number>): Float64Array =>
    Float64Array.from(row, (value) => scale * value);
/** Turns by 0.7 in the plane of every two neighbouring axes, one after another. */
function rotated(row: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(row);
  for (let i = 0; i + 1 < out.length; i++) {
    const [a, b] = [out[i]!, out[i + 1]!];
    out[i] = Math.cos(0.7) * a - Math.sin(0.7) * b;
    out[i + 1] = Math.sin(0.7) * a + Math.cos(0.7) * b;
  }
  return out;
}
