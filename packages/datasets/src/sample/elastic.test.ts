import { describe, expect, it } from "vitest";
import { controlPoints, elasticShift } from "./elastic.js";

const size = [5, 9] as const;
const field = (control: Float64Array, deviation: number, spacing: number): number[][] => {
  const shift = elasticShift(control, deviation, spacing, size);
  return Array.from({ length: size[0] }, (_, y) => {
    const [rows, columns] = [new Float64Array(size[1]), new Float64Array(size[1])];
    shift(y, rows, columns);
    return [...rows, ...columns];
  });
};

describe("elasticShift", () => {
  it("needs one point before and two behind the cells: 9 pixels in cells of 4 are 3 cells and 6 points", () => {
    expect([controlPoints(9, 4), controlPoints(8, 4), controlPoints(5, 4), controlPoints(256, 32)]).toEqual([6, 5, 5, 11]);
  });

  it("one lifted control point is the spline around it, by hand", () => {
    // cells of 4, point (1, 2) of rows: its weight along rows is B(t − 0), along columns B(t − 1), B(0) = 4/6, B(±½) = 23/48, B(±1½) = 1/48
    const control = new Float64Array(2 * 5 * 6);
    control[1 * 6 + 2] = 1;
    const spline = (u: number): number => {
      const a = Math.abs(u);
      return a < 1 ? 2 / 3 - a * a + (a * a * a) / 2 : a < 2 ? (2 - a) ** 3 / 6 : 0;
    };
    const rows = field(control, 0.5, 4);
    for (let y = 0; y < 5; y++)
      for (let x = 0; x < 9; x++) {
        expect(rows[y]![x]).toBeCloseTo(spline((y + 0.5) / 4) * spline((x + 0.5) / 4 - 1), 12);
        expect(rows[y]![9 + x]).toBe(0);
      }
    expect(spline(0.5)).toBeCloseTo(23 / 48, 12);
  });

  it.each([4, 4.1, 5.3, 7, 9.5, 32])("points that are all alike shift all alike, whatever the spacing: %d", (spacing) => {
    const plane = controlPoints(5, spacing) * controlPoints(9, spacing);
    const control = Float64Array.from({ length: 2 * plane }, (_, i) => (i < plane ? 1 : -2));
    for (const row of field(control, 1.5, spacing)) row.forEach((v, x) => expect(v).toBeCloseTo(x < 9 ? 3 : -6, 12));
  });

  it.each([4, 4.1, 5.3, 9.5])("points on a slope shift along it, without a jump between cells: %d", (spacing) => {
    const [down, across] = [controlPoints(5, spacing), controlPoints(9, spacing)];
    const control = Float64Array.from({ length: 2 * down * across }, (_, i) => i % across);
    for (const row of field(control, 0.5, spacing)) for (let x = 0; x < 9; x++) expect(row[x]).toBeCloseTo(1 + (x + 0.5) / spacing, 12);
  });
});
