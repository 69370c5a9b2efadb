import type { Schedule } from "./contract/index.js";

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
}): Schedule => ({
  describe: { steps: { from, rates, power } },
  value: ({ epoch, step, steps: all }) => {
    const at = from.findLastIndex((first) => epoch >= first);
    return (rates[Math.max(0, at)] ?? 0) * Math.max(0, 1 - step / all) ** power;
  },
});

/** From 0 to `to` in a straight line over the first `steps` updates, then `to`. */
export const rampUp = ({ steps: length, to = 1 }: { readonly steps: number; readonly to?: number }): Schedule => ({
  describe: { rampUp: { steps: length, to } },
  value: ({ step }) => to * Math.min(1, step / length),
});

/** The product of two weights or rates. */
export const times = (a: number | Schedule, b: number | Schedule): number | Schedule =>
  typeof a === "number" && typeof b === "number"
    ? a * b
    : {
        describe: { times: [typeof a === "number" ? a : a.describe, typeof b === "number" ? b : b.describe] },
        value: (at) => (typeof a === "number" ? a : a.value(at)) * (typeof b === "number" ? b : b.value(at)),
      };
