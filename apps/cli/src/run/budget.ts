import type { Optimiser, Schedule } from "@segdistill/core/contract";
import { adam, adamW, clip, cosine, groups, poly, publishedRates, sgd, steps, warmUp, type Span } from "@segdistill/core";
import type { Budget } from "../config/schema.js";

/** The optimiser of a configuration with its schedule laid over the rate, and what is laid around it. */
export const optimiserOf = (budget: Pick<Budget, "optimiser" | "schedule" | "warmUp" | "clip" | "groups">): Optimiser => {
  const inner = bare(budget);
  const grouped = budget.groups ? groups(budget.groups, inner) : inner;
  const { norm, value } = budget.clip ?? {};
  return norm !== undefined ? clip({ norm }, grouped) : value !== undefined ? clip({ value }, grouped) : grouped;
};

const bare = ({ optimiser, schedule, warmUp: span }: Pick<Budget, "optimiser" | "schedule" | "warmUp">): Optimiser => {
  const rateOf = (rate: number): number | Schedule => {
    const then = scheduled(rate, schedule);
    return span ? warmUp(span as Span, then) : then;
  };
  if (optimiser.sgd) {
    const { rate, momentum, decay, nesterov = false } = optimiser.sgd;
    return sgd({ rate: rateOf(rate), momentum, decay, nesterov });
  }
  const { rate, beta1, beta2, epsilon, decay } = (optimiser.adam ?? optimiser.adamW)!; // the grammar asks for exactly one
  return (optimiser.adam ? adam : adamW)({ rate: rateOf(rate), betas: [beta1, beta2], epsilon, decay });
};

const papers = {
  "graph-flow-gastric": publishedRates.graphFlowGastric,
  "graph-flow-synapse": publishedRates.graphFlowSynapse,
  gkd: publishedRates.gkd,
};

/** `poly`: rate · (1 − step/steps)^power; `steps`: rate · factor^i from epoch at[i − 1] on; `cosine`: down to rate · to; `published`: a paper's; `constant`. */
const scheduled = (rate: number, schedule: Budget["schedule"]): number | Schedule => {
  if (schedule === "constant") return rate;
  if (schedule.poly !== undefined) return poly(rate, schedule.poly);
  if (schedule.cosine) return cosine(rate, rate * schedule.cosine.to);
  if (schedule.published) return papers[schedule.published]();
  const { at, factor } = schedule.steps!;
  return steps({ from: [0, ...at], rates: [0, ...at].map((_, i) => rate * factor ** i) });
};

/** Updates of a budget. */
export const stepsOf = ({ epochs, steps: all }: Pick<Budget, "epochs" | "steps">, batchesPerEpoch: number): number =>
  all ?? epochs! * batchesPerEpoch;
