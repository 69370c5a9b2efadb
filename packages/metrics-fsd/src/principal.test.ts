import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { principalComponents } from "./principal.js";

// From scikit-learn: fixtures/principal.py.
const { cases } = JSON.parse(readFileSync(new URL("../fixtures/principal.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Readonly<{ name: string; x: number[][]; points: number[][]; shares: number[] }>[];
};

describe("principalComponents", () => {
  it("by hand: rows on the diagonal of a rectangle of 4 by 3, and one beside it", () => {
    // mean (2, 1.5) at the middle; along (4, 3) / 5 the ends lie at −2.5 and 2.5, along (−3, 4) / 5 the two others at −1 and 1
    const rows = [[0, 0], [4, 3], [2 - 0.6, 1.5 + 0.8], [2 + 0.6, 1.5 - 0.8]]; // prettier-ignore
    const { points, shares } = principalComponents(rows, 2);
    expect(shares).toEqual([expect.closeTo(12.5 / 14.5, 12), expect.closeTo(2 / 14.5, 12)]);
    const [a, b] = [Math.sign(points[1]![0]!), Math.sign(points[2]![1]!)];
    const near = (x: number, y: number): number[] => [expect.closeTo(a * x, 12) as number, expect.closeTo(b * y, 12) as number];
    expect(points.map((point) => [...point])).toEqual([near(-2.5, 0), near(2.5, 0), near(0, 1), near(0, -1)]);
  });

  it.each(cases.map((one) => [one.name, one] as const))(
    "scikit-learn, up to the sign of each component: %s",
    (_, { x, points, shares }) => {
      const found = principalComponents(x, shares.length);
      expect(found.shares).toEqual(shares.map((share) => expect.closeTo(share, 10) as number));
      const signs = shares.map((__, j) => Math.sign(found.points[0]![j]! * points[0]![j]!));
      expect(found.points.map((point) => [...point])).toEqual(points.map((point) => point.map((value, j) => expect.closeTo(signs[j]! * value, 9) as number))); // prettier-ignore
    },
  );

  it("rows that are all alike lie at 0 and vary nowhere", () => {
    const { points, shares } = principalComponents([Float32Array.of(1, 2), [1, 2], [1, 2]], 2);
    expect([shares, ...points.map((point) => [...point])]).toEqual([[0, 0], [0, 0], [0, 0], [0, 0]]); // prettier-ignore
  });

  it("refuses more components than there are directions", () => {
    expect(() => principalComponents([[1, 2, 3], [4, 5, 7]], 2)).toThrow("[fsd] pca is 2. Expected a whole number from 1 to 1: there are 2 rows of 3 numbers. Lower it, or leave it out."); // prettier-ignore
  });
});
