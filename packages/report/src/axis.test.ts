import { expect, test } from "vitest";
import { logTicks } from "./axis.js";

test("logarithmic ticks: 1, 2, 5 where there is room, else powers of ten, else some of them", () => {
  expect(logTicks(0.03, 0.7)).toEqual([0.05, 0.1, 0.2, 0.5]);
  expect(logTicks(0.001, 10)).toEqual([0.001, 0.01, 0.1, 1, 10]);
  expect(logTicks(1e-8, 1)).toEqual([1e-8, 1e-6, 1e-4, 1e-2, 1]);
});
