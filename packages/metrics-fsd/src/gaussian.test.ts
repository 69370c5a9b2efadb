import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { gaussianOf } from "./gaussian.js";
import { momentsOf, streamMoments } from "./moments.js";
import { closeTo } from "./testing.js";

const { cases } = JSON.parse(readFileSync(new URL("../fixtures/frechet.json", import.meta.url), "utf8")) as {
  readonly cases: readonly { readonly name: string; readonly x: number[][]; readonly ledoitWolfX: number[][] }[];
};

it("has the unbiased covariance, or that + 1e-6 on the diagonal", () => {
  // Columns 1 2 6 and 0 4 2: means 3 and 2, deviations −2 −1 3 and −2 2 0.
  const rows = [[1, 0], [2, 4], [6, 2]]; // prettier-ignore
  const { mean, covariance } = gaussianOf(rows);
  expect([...mean]).toEqual([3, 2]);
  expect([...covariance]).toEqual([7, 1, 1, 4]);
  expect([...gaussianOf(rows, "identity").covariance]).toEqual([7 + 1e-6, 1, 1, 4 + 1e-6]);
  expect(gaussianOf(momentsOf(rows))).toEqual(gaussianOf(rows));
});

it("shrinks by Ledoit and Wolf's share: by hand", () => {
  // Deviations ±1 along the first axis, ±2 along the second; S/n = diag(1/2, 2), μ = 5/4.
  // ‖S/n‖² = 17/4, δ = (17/4 − 2 · 25/16) / 2 = 9/16; Σ‖x‖⁴ / n = (1 + 1 + 16 + 16) / 4 = 17/2, β = (17/2 − 17/4) / 8 = 17/32; s = 17/18.
  const { covariance } = gaussianOf([[1, 0], [-1, 0], [0, 2], [0, -2]], "ledoit-wolf"); // prettier-ignore
  for (const [at, expected] of [1 / 36 + 85 / 72, 0, 0, 1 / 9 + 85 / 72].entries()) expect(covariance[at]).toBeCloseTo(expected, 14);
});

it.each(cases.map((one) => [one.name, one] as const))("shrinks as scikit-learn does: %s", (_, { x, ledoitWolfX }) => {
  const { covariance } = gaussianOf(x, "ledoit-wolf");
  for (const [at, expected] of ledoitWolfX.flat().entries()) {
    if (Math.abs(expected) > 1e-9) closeTo(covariance[at]!, expected, 1e-8);
    else expect(Math.abs(covariance[at]!)).toBeLessThanOrEqual(1e-9);
  }
});

it("is a sphere where the rows say no more, and nothing where they are all alike", () => {
  // ±1 along both axes: S/n = diag(1/2, 1/2) is a sphere already.
  const sphere = gaussianOf([[1, 0], [-1, 0], [0, 1], [0, -1]], "ledoit-wolf"); // prettier-ignore
  expect([...sphere.covariance]).toEqual([0.5, 0, 0, 0.5]);
  expect([...gaussianOf([[3, 1], [3, 1]], "ledoit-wolf").covariance]).toEqual([0, 0, 0, 0]); // prettier-ignore
});

it("says that Ledoit and Wolf need rows, and that one row has no covariance", () => {
  expect(() => gaussianOf(momentsOf([[1], [2]]), "ledoit-wolf", "target")).toThrow(
    Object.assign(
      new Error(
        "[fsd] shrink: ledoit-wolf reads the rows of target, and only its moments were given. Expected rows. Give them, or leave shrink: ledoit-wolf out.",
      ),
      { name: "SegDistillError", code: "fsd-rows-needed", exit: 2 },
    ),
  );
  const stream = streamMoments(2);
  stream.add([[1, 2]]);
  expect(() => gaussianOf(stream.moments(), "none", "source")).toThrow(
    "[fsd] source has 1 rows. Expected at least 2: fewer have no covariance. Give one row for every picture.",
  );
});
