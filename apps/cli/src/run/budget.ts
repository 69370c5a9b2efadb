import type { Optimiser, Schedule } from "@segdistill/core/contract";
import { adam, poly, sgd, steps } from "@segdistill/core";
import type { Budget } from "../config/schema.js";

/** The optimiser of a configuration with its schedule laid over the rate. */
export const optimiserOf = ({ optimiser, schedule }: Budget): Optimiser => {
  if (optimiser.sgd) {
    const { rate, momentum, decay } = optimiser.sgd;
    return sgd({ rate: scheduled(rate, schedule), momentum, decay });
  }
  const { rate, beta1, beta2, epsilon, decay } = optimiser.adam!; // the grammar asks for exactly one
  return adam({ rate: scheduled(rate, schedule), betas: [beta1, beta2], epsilon, decay });
};

/** `poly`: rate · (1 − step/steps)^power; `steps`: rate · factor^i from epoch at[i − 1] on; `constant`. */
const scheduled = (rate: number, schedule: Budget["schedule"]): number | Schedule => {
  if (schedule === "constant") return rate;
  if (schedule.poly !== undefined) return poly(rate, schedule.poly);
  const { at, factor } = schedule.steps!;
  return steps({ from: [0, ...at], rates: [0, ...at].map((_, i) => rate * factor ** i) });
};

/** Updates of a budget. */
export const stepsOf = ({ epochs, steps: all }: Budget, batchesPerEpoch: number): number => all ?? epochs! * batchesPerEpoch;
