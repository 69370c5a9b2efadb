import { add, abs, div, mul, sub } from "@tensorflow/tfjs-core";
import type { Optimiser } from "../../contract/index.js";
import type { Holds } from "./describe-method.js";
import * as say from "./errors.js";
import { leftBy, tryOut, type Seen } from "./trial.js";
import { PLANNED } from "./watched.js";

/** Steps that no gradient makes large: w ← w − 0.01·g/(1 + |g|). */
const tame: Optimiser = {
  describe: "tame",
  rate: 0.01,
  slots: 0,
  update: ({ value, gradient, slots, rate }) => ({ value: sub(value, mul(rate, div(gradient, add(abs(gradient), 1)))), slots }),
};
const steps = { steps: 3, optimiser: tame, eager: true };

export const running: Holds<
  "no tensor is left behind" | "nothing that is frozen moves" | "same seed, same numbers" | "compiled and eager agree"
> = {
  "no tensor is left behind": async (subject) => {
    await tryOut(subject); // what an engine makes once and for all is there from now on
    const whole = async (eager: boolean): Promise<number> => {
      const { left, thrown, reading } = await leftBy(subject, { ...steps, eager, fresh: true });
      if (thrown) throw thrown;
      if (left !== 0) throw say.tensorsLeft(subject.name, `after three ${eager ? "eager" : "compiled"} steps`, left);
      return reading / 3;
    };
    const reads = await whole(true);
    await whole(false);
    for (const breakAt of Array.from({ length: Math.min(reads, 6) }, (_, i) => i)) {
      const { left, thrown } = await leftBy(subject, { breakAt });
      if (thrown?.message !== PLANNED) throw thrown ?? say.swallowed(subject.name);
      if (left !== 0) throw say.tensorsLeft(subject.name, `after a throw while a step is read`, left);
    }
  },

  "nothing that is frozen moves": async (subject) => {
    for (const eager of [true, false]) {
      const { modules } = await tryOut(subject, { ...steps, eager });
      for (const { module, by, mayMove, variables } of modules)
        for (const [key, { before, after, collected }] of variables)
          if (!mayMove && !collected && differAt(before, after) !== null) throw say.frozenMoved(subject.name, `${module}/${key}`, by);
    }
  },

  "same seed, same numbers": async (subject) => {
    const [first, second] = [await tryOut(subject, steps), await tryOut(subject, { ...steps, fresh: true })];
    compareRuns(first, second, 0, (what, a, b) => say.otherNumbers(subject.name, what, a, b));
  },

  "compiled and eager agree": async (subject) => {
    // with the weights' schedules, where there are any: without, these runs are there
    const { terms } = await tryOut(subject, steps);
    const how = terms.some(({ scheduled }) => scheduled) ? { ...steps, schedules: true } : steps;
    const [eager, compiled] = [await tryOut(subject, how), await tryOut(subject, { ...how, eager: false })];
    compareRuns(eager, compiled, 1e-4, (what, a, b) => say.compiledOtherwise(subject.name, what, a, b));
  },
};

/** Where two lists of numbers are not the same bytes; null where they are. */
export function differAt(one: ArrayLike<number>, other: ArrayLike<number>): number | null {
  for (let i = 0; i < one.length; i++) if (!Object.is(one[i], other[i])) return i;
  return null;
}
/** Where two lists differ by more than `tolerance` of the largest value in them, or of `floor`; null where they do not. */
export function apartAt(one: ArrayLike<number>, other: ArrayLike<number>, tolerance: number, floor = 0): number | null {
  if (tolerance === 0) return differAt(one, other);
  const largest = Math.max(floor, largestOf(one), largestOf(other));
  for (let i = 0; i < one.length; i++) if (!(Math.abs(one[i]! - other[i]!) <= tolerance * largest)) return i;
  return null;
}
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

/** Values of all steps, term by term, and then all variables. */
export function compareRuns(one: Seen, other: Seen, tolerance: number, tell: (what: string, a: number, b: number) => Error): void {
  for (const name of Object.keys(one.values[0] ?? {})) {
    const [a, b] = [one, other].map(({ values }) => values.map((step) => step[name]!)) as [number[], number[]];
    const at = apartAt(a, b, tolerance);
    if (at !== null) throw tell(`${name} in step ${at}`, a[at]!, b[at]!);
  }
  for (const { module, variables } of one.modules) {
    const twin = other.modules.find((found) => found.module === module)!;
    // a gradient that is 0 by mathematics (the bias of an attention's keys) is rounding of the module's other ones
    const floor = 1e-3 * Math.max(...[...variables.values()].map(({ after }) => largestOf(after)));
    for (const [key, { after }] of variables) {
      const theirs = twin.variables.get(key)!.after;
      const at = apartAt(after, theirs, tolerance, floor);
      if (at !== null) throw tell(`${module}/${key}`, after[at]!, theirs[at]!);
    }
  }
}
