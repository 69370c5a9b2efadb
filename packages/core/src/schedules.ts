import type { At, Json, Schedule } from "./contract/index.js";
import { unevenStairs } from "./errors.js";

/** A length of time, in updates or in epochs. */
export type Span = { readonly steps: number } | { readonly epochs: number };
const lengthOf = (span: Span, { perEpoch }: At): number => ("steps" in span ? span.steps : span.epochs * perEpoch);

/** `base · (1 − step/steps)^power`, never below 0. Power 0.9 is the papers' (methods.md 3.2.5 [code]). */
export const poly = (base: number, power = 0.9): Schedule => ({
  describe: { poly: { base, power } },
  value: ({ step, steps }) => base * Math.max(0, 1 - step / steps) ** power,
});

/**
 * A staircase over epochs: `rates[i]` from epoch `from[i]` on (epochs from 0, `from[0]` is 0), each optionally × (1 − step/steps)^`power`.
 *
 * @example steps({ from: [0, 50, 100, 150], rates: [3e-3, 3e-4, 3e-5, 3e-6], power: 0.9 }) // Graph Flow, Gastric [code]
 */
export const steps = ({
  from,
  rates,
  power = 0,
}: {
  readonly from: readonly number[];
  readonly rates: readonly number[];
  readonly power?: number;
}): Schedule => {
  if (from.length === 0 || from.length !== rates.length) throw unevenStairs(from.length, rates.length);
  return {
    describe: { steps: { from, rates, power } },
    value: ({ epoch, step, steps: all }) => {
      const at = from.findLastIndex((first) => epoch >= first);
      return rates[Math.max(0, at)]! * Math.max(0, 1 - step / all) ** power;
    },
  };
};

/** From `base` to `to` along half a cosine: to + (base − to)·(1 + cos(π·step/steps))/2. Loshchilov and Hutter, 2017, without restarts. */
export const cosine = (base: number, to = 0): Schedule => ({
  describe: { cosine: { base, to } },
  value: ({ step, steps }) => to + ((base - to) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2,
});

/**
 * Rises in a straight line over the first n updates (or epochs), (step + 1)/(n + 1) of what `then` says, and goes on as `then` says.
 *
 * @example warmUp({ steps: 500 }, cosine(1e-3))
 */
export const warmUp = (span: Span, then: number | Schedule): Schedule => ({
  describe: { warmUp: { ...span }, then: typeof then === "number" ? then : then.describe },
  value: (at) => (typeof then === "number" ? then : then.value(at)) * Math.min(1, (at.step + 1) / (lengthOf(span, at) + 1)),
});

/** The rates that the papers' released code trains with, by paper and data set; epochs from 0. */
export const publishedRates = {
  /** Graph Flow, Gastric: 3e-3, 3e-4, 3e-5, 3e-6 from epochs 0, 50, 100, 150, each × (1 − step/steps)^0.9 [code] (methods.md 3.2.5). */
  graphFlowGastric: (): Schedule => steps({ from: [0, 50, 100, 150], rates: [3e-3, 3e-4, 3e-5, 3e-6], power: 0.9 }),
  /** Graph Flow, Synapse: 3e-4 × (1 − step/steps)^0.9 [code] (methods.md 3.2.5). */
  graphFlowSynapse: (): Schedule => poly(3e-4, 0.9),
  /** Graph Flow's paraphraser: 3e-4, 3e-6 from epochs 0, 100, each × (1 − step/steps)^0.9 [code] (methods.md 3.2.1). */
  graphFlowParaphraser: (): Schedule => steps({ from: [0, 100], rates: [3e-4, 3e-6], power: 0.9 }),
  /** Graph Flow's discriminator: 3e-5 × (1 − step/steps)^0.9 [code] (methods.md 3.2.3). */
  graphFlowDiscriminator: (): Schedule => poly(3e-5, 0.9),
  /** GKD: 3e-3, 3e-4, 3e-5, 5e-6 from epochs 0, 50, 100, 200 [code] (methods.md 5.2). */
  gkd: (): Schedule => steps({ from: [0, 50, 100, 200], rates: [3e-3, 3e-4, 3e-5, 5e-6] }),
} as const;

/** From 0 to `to` in a straight line over the first n updates (or epochs), then `to`. A weight: `weigh(rampUp({ epochs: 5 }), method)`. */
export const rampUp = ({ to = 1, ...span }: Span & { readonly to?: number }): Schedule => ({
  describe: { rampUp: { ...span, to } as Json },
  value: (at) => to * (lengthOf(span as Span, at) === 0 ? 1 : Math.min(1, at.step / lengthOf(span as Span, at))),
});

/** 1 from the first to before the last of some epochs or updates, counted from 0, and 0 outside; without an end it stays 1. A weight: `weigh(during({ epochs: [10] }), method)`. */
export const during = (
  time: { readonly epochs: readonly [number, number?] } | { readonly steps: readonly [number, number?] },
): Schedule => ({
  describe: { during: { ...time } as Json },
  value: ({ step, epoch }) => {
    const [now, [first, end = Infinity]] = "epochs" in time ? [epoch, time.epochs] : [step, time.steps];
    return Number(now >= first && now < end);
  },
});

/** The product of two weights or rates. */
export const times = (a: number | Schedule, b: number | Schedule): number | Schedule =>
  typeof a === "number" && typeof b === "number"
    ? a * b
    : {
        describe: { times: [typeof a === "number" ? a : a.describe, typeof b === "number" ? b : b.describe] },
        value: (at) => (typeof a === "number" ? a : a.value(at)) * (typeof b === "number" ? b : b.value(at)),
      };
