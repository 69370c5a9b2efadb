import { scalar, tensor1d } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { casesOf, expectSteps } from "../testing/optimised.js";
import { poly } from "../schedules.js";
import { adam, adamW } from "./adam.js";

await startEngine();

test("there are three cases", () => expect(casesOf("adam").length).toBe(3));
test.each(casesOf("adam"))("five steps of torch.optim.Adam, eager and compiled: $options", async ({ options, after }) => {
  await expectSteps(adam(options), after);
});

test("there are two cases without coupling", () => expect(casesOf("adamW").length).toBe(2));
test.each(casesOf("adamW"))("five steps of torch.optim.AdamW, eager and compiled: $options", async ({ options, after }) => {
  await expectSteps(adamW(options), after);
});

test("by hand: the first step goes by the rate, against the gradient's sign", () => {
  const { value, slots } = adam({ rate: 0.1 }).update({
    name: "w",
    value: tensor1d([1, 1]),
    gradient: tensor1d([0.5, -200]),
    slots: [tensor1d([0, 0]), tensor1d([0, 0])],
    rate: scalar(0.1),
    count: scalar(1),
  });
  [0.9, 1.1].forEach((x, i) => expect(value.dataSync()[i]).toBeCloseTo(x, 5));
  [0.05, -20].forEach((x, i) => expect(slots[0]!.dataSync()[i]).toBeCloseTo(x, 5)); // (1 − β₁)·g
  [0.00025, 40].forEach((x, i) => expect(slots[1]!.dataSync()[i]).toBeCloseTo(x, 3)); // (1 − β₂)·g²
});

test("says what it is, defaults filled in", () => {
  expect(adam({ rate: 1e-3 }).describe).toEqual({ adam: { rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, decay: 0 } });
  expect(adam({ rate: poly(1e-3), decay: 2e-4 }).describe).toEqual({
    adam: { rate: { poly: { base: 1e-3, power: 0.9 } }, betas: [0.9, 0.999], epsilon: 1e-8, decay: 2e-4 },
  });
});
