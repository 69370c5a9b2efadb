import { expect, test } from "vitest";
import { poly, rampUp, steps, times } from "./schedules.js";

const at = (step: number, all = 100, epoch = 0) => ({ step, steps: all, epoch });

test("poly falls from the base to 0", () => {
  expect(poly(2, 2).value(at(0))).toBe(2);
  expect(poly(2, 2).value(at(50))).toBe(0.5); // 2·(1/2)²
  expect(poly(2, 2).value(at(100))).toBe(0);
  expect(poly(2, 2).value(at(150))).toBe(0); // never below
  expect(poly(1).value(at(75))).toBeCloseTo(0.287175, 6); // (1/4)^0.9
  expect(poly(1).describe).toEqual({ poly: { base: 1, power: 0.9 } });
});

test("steps is a staircase over epochs", () => {
  const stairs = steps({ from: [0, 2, 5], rates: [8, 4, 1] });
  expect([0, 1, 2, 4, 5, 90].map((epoch) => stairs.value(at(50, 100, epoch)))).toEqual([8, 8, 4, 4, 1, 1]);
  expect(steps({ from: [0, 2], rates: [8, 4], power: 2 }).value(at(50, 100, 3))).toBe(1); // 4·(1/2)²
  expect(stairs.describe).toEqual({ steps: { from: [0, 2, 5], rates: [8, 4, 1], power: 0 } });
});

test("rampUp rises in a straight line and stays", () => {
  const ramp = rampUp({ steps: 4, to: 2 });
  expect([0, 1, 2, 4, 5, 100].map((step) => ramp.value(at(step)))).toEqual([0, 0.5, 1, 2, 2, 2]);
  expect(rampUp({ steps: 4 }).value(at(9))).toBe(1);
  expect(ramp.describe).toEqual({ rampUp: { steps: 4, to: 2 } });
});

test("times multiplies numbers and schedules", () => {
  expect(times(3, 0.5)).toBe(1.5);
  const both = times(0.5, times(poly(4, 1), rampUp({ steps: 50 })));
  if (typeof both === "number") throw new Error("a schedule is expected");
  expect(both.value(at(25))).toBe(0.75); // 1/2 · 4·3/4 · 1/2
  expect(both.describe).toEqual({ times: [0.5, { times: [{ poly: { base: 4, power: 1 } }, { rampUp: { steps: 50, to: 1 } }] }] });
});
