import { expect, test } from "vitest";
import { cosine, during, poly, publishedRates, rampUp, steps, times, warmUp } from "./schedules.js";

const at = (step: number, all = 100, epoch = 0) => ({ step, steps: all, epoch, perEpoch: 10 });

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

test("rampUp and warmUp count in epochs too", () => {
  const ramp = rampUp({ epochs: 5 });
  expect([0, 10, 25, 50, 90].map((step) => ramp.value(at(step)))).toEqual([0, 0.2, 0.5, 1, 1]); // 10 updates an epoch
  expect(ramp.describe).toEqual({ rampUp: { epochs: 5, to: 1 } });
});

test("cosine falls from the base to the end", () => {
  const down = cosine(2, 1);
  expect([0, 50, 100, 120].map((step) => down.value(at(step)))).toEqual([2, 1.5, 1, 1]);
  expect(down.value(at(25))).toBeCloseTo(1 + (1 + Math.SQRT1_2) / 2, 12); // 1 + (1 + cos 45°)/2
  expect(cosine(2).describe).toEqual({ cosine: { base: 2, to: 0 } });
});

test("warmUp rises to what follows and is never 0", () => {
  const warm = warmUp({ steps: 3 }, cosine(2, 1));
  expect(warm.value(at(0))).toBe(0.5); // 2 · 1/4
  expect(warm.value(at(3))).toBe(cosine(2, 1).value(at(3)));
  expect(warmUp({ epochs: 1 }, 4).value(at(4))).toBeCloseTo(4 * (5 / 11), 12);
  expect(warm.describe).toEqual({ warmUp: { steps: 3 }, then: { cosine: { base: 2, to: 1 } } });
});

test("during is 1 inside and 0 outside", () => {
  const middle = during({ epochs: [2, 4] });
  expect([0, 1, 2, 3, 4, 9].map((epoch) => middle.value(at(0, 100, epoch)))).toEqual([0, 0, 1, 1, 0, 0]);
  const late = during({ steps: [7] });
  expect([6, 7, 99].map((step) => late.value(at(step)))).toEqual([0, 1, 1]);
  expect(middle.describe).toEqual({ during: { epochs: [2, 4] } });
});

test("the published rates (methods.md 3.2.1, 3.2.3, 3.2.5, 5.2)", () => {
  const start = (epoch: number) => at(0, 100, epoch);
  const { graphFlowGastric, graphFlowSynapse, graphFlowParaphraser, graphFlowDiscriminator, gkd } = publishedRates;
  expect([0, 49, 50, 100, 150, 199].map((epoch) => graphFlowGastric().value(start(epoch)))).toEqual([3e-3, 3e-3, 3e-4, 3e-5, 3e-6, 3e-6]);
  expect(graphFlowGastric().value(at(50, 100, 0))).toBeCloseTo(3e-3 * 0.5 ** 0.9, 12);
  expect(graphFlowSynapse().value(at(50))).toBeCloseTo(3e-4 * 0.5 ** 0.9, 12);
  expect([0, 99, 100, 199].map((epoch) => graphFlowParaphraser().value(start(epoch)))).toEqual([3e-4, 3e-4, 3e-6, 3e-6]);
  expect(graphFlowParaphraser().value(at(50, 100, 99))).toBeCloseTo(3e-4 * 0.5 ** 0.9, 12);
  expect(graphFlowParaphraser().value(at(101))).toBe(0); // the released code counts steps twice, and falls below 0
  expect(graphFlowDiscriminator().value(at(0))).toBe(3e-5);
  expect([0, 50, 100, 199, 200, 299].map((epoch) => gkd().value(at(50, 100, epoch)))).toEqual([3e-3, 3e-4, 3e-5, 3e-5, 5e-6, 5e-6]);
});

test("a ramp of no length is over at once; stairs need a rate a step", () => {
  expect(rampUp({ steps: 0, to: 2 }).value(at(0))).toBe(2);
  expect(() => steps({ from: [0, 5], rates: [1] })).toThrow(
    "[steps] has 2 epochs in from and 1 rates. Expected one rate for each, and at least one.",
  );
});
