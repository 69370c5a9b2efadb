import { expect, test } from "vitest";
import { dodge } from "./dodge.js";

test("far dots stay on the line, near ones step aside by turns", () => {
  expect(dodge([10, 50, 90], 6, 12)).toEqual([0, 0, 0]);
  expect(dodge([50, 10, 50, 50], 6, 12)).toEqual([0, 0, -6, 6]);
});

test("no two dots overlap where there is room", () => {
  const places = Array.from({ length: 20 }, (_, i) => (i * 37) % 100);
  const offsets = dodge(places, 6, 12);
  for (let i = 0; i < 20; i++)
    for (let j = 0; j < i; j++) expect(Math.hypot(places[i]! - places[j]!, offsets[i]! - offsets[j]!)).toBeGreaterThanOrEqual(6 - 1e-9);
});
