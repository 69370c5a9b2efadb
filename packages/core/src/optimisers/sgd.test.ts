import { scalar, tensor1d } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { casesOf, expectSteps } from "../testing/optimised.js";
import { sgd } from "./sgd.js";

await startEngine();

test("there are five cases", () => expect(casesOf("sgd").length).toBe(5));
test.each(casesOf("sgd"))("five steps of torch.optim.SGD, eager and compiled: $options", async ({ options, after }) => {
  await expectSteps(sgd(options), after);
});

test("by hand: momentum carries the last step on", () => {
  const optimiser = sgd({ rate: 0.5, momentum: 0.5, decay: 0.1 });
  const now = { name: "w", rate: scalar(0.5), count: scalar(1), gradient: tensor1d([2]) };
  const one = optimiser.update({ value: tensor1d([10]), slots: [tensor1d([0])], ...now }); // b = 2 + 0.1·10 = 3
  expect([one.value.dataSync()[0], one.slots[0]!.dataSync()[0]]).toEqual([8.5, 3]);
  const two = optimiser.update({ ...one, ...now }); // b = 0.5·3 + 2 + 0.85 = 4.35
  expect(two.slots[0]!.dataSync()[0]).toBeCloseTo(4.35, 6);
  expect(two.value.dataSync()[0]).toBeCloseTo(6.325, 6);
});

test("remembers nothing without momentum, and says what it is", () => {
  expect([sgd({ rate: 1 }).slots, sgd({ rate: 1, momentum: 0.9 }).slots]).toEqual([0, 1]);
  expect(sgd({ rate: 0.1, momentum: 0.9 }).describe).toEqual({ sgd: { rate: 0.1, momentum: 0.9, decay: 0 } });
});

test("looking ahead along no momentum is refused", () => {
  expect(() => sgd({ rate: 1, nesterov: true })).toThrow(
    "[sgd] nesterov looks ahead along the momentum, which is 0. Set momentum (0.9 is usual), or leave nesterov out.",
  );
});
