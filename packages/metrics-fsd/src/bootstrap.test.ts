import { expect, it } from "vitest";
import { bootstrap, unitsOf } from "./bootstrap.js";

const settings = { level: 0.6, resamples: 10, seed: 3 };

it("puts the spread of the resampled distances around the value, without their bias", () => {
  const given = [4, 1, 9, 2, 10, 3, 7, 5, 8, 6];
  let at = 0;
  // Sorted 1 … 10, mean 5.5: bias −1.5. Percentile 0.2 lies at 9 · 0.2 = 1.8, so at 2.8; percentile 0.8 at 8.2.
  const found = bootstrap(7, unitsOf(3, undefined), null, () => given[at++]!, settings);
  for (const [name, expected] of Object.entries({ low: 4.3, high: 9.7, bias: -1.5 }))
    expect(found[name as keyof typeof found]).toBeCloseTo(expected, 12);
});

it("has no bound below 0", () => {
  let at = 0;
  // Mean 4.5, bias 4.4, percentiles 1.8 and 7.2: −2.6 and 2.8.
  const found = bootstrap(0.1, unitsOf(3, undefined), null, () => at++, settings);
  expect(found.low).toBe(0);
  expect(found.high).toBeCloseTo(2.8, 12);
});

it("draws as many units as there are, each as often as another, for both sets apart from one another or together", () => {
  const seen: [readonly number[], readonly number[]][] = [];
  const record = (x: readonly number[], y: readonly number[]): number => seen.push([x, y]);
  bootstrap(1, unitsOf(5, undefined), unitsOf(3, undefined), record, { ...settings, resamples: 4000 });
  for (const [side, n] of [
    [0, 5],
    [1, 3],
  ] as const) {
    // prettier-ignore
    const rows = seen.flatMap((pair) => pair[side]);
    expect(rows).toHaveLength(4000 * n);
    // 4000 expected of each; the deviation is about √4000 = 63.
    for (let row = 0; row < n; row++) expect(Math.abs(rows.filter((one) => one === row).length - 4000)).toBeLessThan(300);
    // Places within a draw say nothing of each other: 4000 / n of them repeat the place before.
    const repeats = seen.filter((pair) => pair[side][0] === pair[side][1]).length;
    expect(Math.abs(repeats - 4000 / n)).toBeLessThan(150);
  }
  expect(Math.abs(seen.filter(([x, y]) => x[0] === y[0]).length - 800)).toBeLessThan(150);
  seen.length = 0;
  bootstrap(1, unitsOf(5, undefined), null, record, settings);
  expect(seen.every(([x, y]) => x === y)).toBe(true);
});

it("keeps all rows of a drawn group", () => {
  const units = unitsOf(5, ["b", "a", "b", "c", "a"]);
  expect(units).toEqual([[0, 2], [1, 4], [3]]); // prettier-ignore
  const seen: (readonly number[])[] = [];
  bootstrap(1, units, null, (x) => seen.push(x), { ...settings, resamples: 50 });
  const whole = (rows: readonly number[]): boolean => units.every((unit) => new Set(unit.map((row) => rows.filter((one) => one === row).length)).size === 1); // prettier-ignore
  expect(seen.every(whole)).toBe(true);
  expect(new Set(seen.map((rows) => rows.length)).size).toBeGreaterThan(2);
});

it("follows from its seed", () => {
  const of = (seed: number): number[] => {
    const first: number[] = [];
    bootstrap(1, unitsOf(9, undefined), null, (x) => first.push(x[0]!), { ...settings, seed });
    return first;
  };
  expect(of(3)).toEqual(of(3));
  expect(of(3)).not.toEqual(of(4));
  // Mulberry32 of seed 0 begins with 0.2664… (its author's own program), so with unit 2 of 9.
  expect(of(0)[0]).toBe(2);
});
