import { expect, test } from "vitest";
import { optimiserOf, stepsOf } from "./budget.js";

const at = (step: number, epoch: number) => ({ step, steps: 100, epoch, perEpoch: 10 });
const rate = (of: { rate: unknown }, step: number, epoch: number): number =>
  typeof of.rate === "number" ? of.rate : (of.rate as { value: (at: object) => number }).value(at(step, epoch));

test("the optimiser's numbers reach the core", () => {
  const adam = optimiserOf({ optimiser: { adam: { rate: 0.1, decay: 0.2, beta1: 0.8, beta2: 0.9, epsilon: 1e-6 } }, schedule: "constant" });
  expect(adam.describe).toEqual({ adam: { rate: 0.1, betas: [0.8, 0.9], epsilon: 1e-6, decay: 0.2 } });
  const sgd = optimiserOf({ optimiser: { sgd: { rate: 0.1, momentum: 0.5, decay: 0.01 } }, schedule: "constant" });
  expect(sgd.describe).toEqual({ sgd: { rate: 0.1, momentum: 0.5, decay: 0.01 } });
});

test("schedules lie over the rate", () => {
  const sgd = { sgd: { rate: 0.1, momentum: 0, decay: 0 } };
  const poly = optimiserOf({ optimiser: sgd, schedule: { poly: 1 } });
  expect([rate(poly, 0, 0), rate(poly, 25, 0)]).toEqual([0.1, 0.1 * 0.75]);
  const steps = optimiserOf({ optimiser: sgd, schedule: { steps: { at: [3, 5], factor: 0.5 } } });
  expect([2, 3, 4, 5].map((epoch) => rate(steps, 0, epoch))).toEqual([0.1, 0.05, 0.05, 0.025]);
});

test("a budget is steps or epochs of batches", () => {
  const rest = { optimiser: {}, schedule: "constant" } as const;
  expect([stepsOf({ ...rest, steps: 30 }, 7), stepsOf({ ...rest, epochs: 4 }, 7)]).toEqual([30, 28]);
});

test("cosine, a paper's rates and a warm-up", () => {
  const sgd = { sgd: { rate: 0.1, momentum: 0, decay: 0 } };
  const down = optimiserOf({ optimiser: sgd, schedule: { cosine: { to: 0.5 } } });
  expect([0, 50, 100].map((step) => rate(down, step, 0))).toEqual([0.1, 0.07500000000000001, 0.05]);
  const gkd = optimiserOf({ optimiser: sgd, schedule: { published: "gkd" } });
  expect([0, 50, 100, 200].map((epoch) => rate(gkd, 0, epoch))).toEqual([3e-3, 3e-4, 3e-5, 5e-6]);
  const warm = optimiserOf({ optimiser: sgd, schedule: "constant", warmUp: { epochs: 1 } });
  expect([rate(warm, 0, 0), rate(warm, 4, 0), rate(warm, 10, 1)]).toEqual([0.1 / 11, 0.1 * (5 / 11), 0.1]);
});

test("what is laid around an optimiser", () => {
  const { describe } = optimiserOf({
    optimiser: { adamW: { rate: 0.1, decay: 0.2, beta1: 0.8, beta2: 0.9, epsilon: 1e-6 } },
    schedule: "constant",
    clip: { norm: 1 },
    groups: { "student/encoder": 0.1 },
  });
  expect(describe).toEqual({
    clip: { norm: 1 },
    of: { groups: { "student/encoder": 0.1 }, of: { adamW: { rate: 0.1, betas: [0.8, 0.9], epsilon: 1e-6, decay: 0.2 } } },
  });
});
