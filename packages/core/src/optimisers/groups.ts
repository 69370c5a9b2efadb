import { mul } from "@tensorflow/tfjs-core";
import type { Optimiser } from "../contract/index.js";

/** Whether a variable's name begins with whole parts of it. */
export const beginsWith = (name: string, start: string): boolean => `${name}/`.startsWith(start.endsWith("/") ? start : `${start}/`);

/**
 * Rates by group: the rate of every variable whose name begins with a key is multiplied by that key's number; the longest key that fits counts. 0
 * keeps a group as it is, weight decay included. Names are the checkpoint's without the stage; a key that fits no variable is an error at the start.
 *
 * @example groups({ "student/encoder": 0.1 }, adam({ rate: 3e-4 }))
 */
export const groups = (factors: Readonly<Record<string, number>>, optimiser: Optimiser): Optimiser => {
  const longestFirst = Object.keys(factors).sort((a, b) => b.length - a.length);
  return {
    ...optimiser,
    describe: { groups: { ...factors }, of: optimiser.describe },
    names: [...(optimiser.names ?? []), ...longestFirst],
    update: (now) => {
      const key = longestFirst.find((start) => beginsWith(now.name, start));
      const factor = key === undefined ? 1 : factors[key]!;
      if (factor === 0) return { value: now.value, slots: now.slots };
      return optimiser.update(factor === 1 ? now : { ...now, rate: mul(now.rate, factor) });
    },
  };
};
