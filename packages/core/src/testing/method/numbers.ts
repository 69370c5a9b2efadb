import { mul, sub } from "@tensorflow/tfjs-core";
import type { Optimiser } from "../../contract/index.js";
import type { Item } from "../batches.js";
import type { Holds } from "./describe-method.js";
import * as say from "./errors.js";
import { apartAt, differAt, largestOf } from "./running.js";
import type { MethodSubject } from "./subject.js";
import type { Trial } from "./goal.js";
import { tryOut, type Bytes, type Seen } from "./trial.js";

const all = (more: Partial<Item>): readonly Item[] => ["a", "b", "c"].map((id) => ({ id, ...more }));
/** What a method must be able to bear, in words of the message. */
const hard: readonly (readonly [string, Trial])[] = [
  ["random maps", {}],
  ["the student's maps all zero", { student: "zeros" }],
  ["the other networks' maps all zero", { others: "zeros" }],
  ["all maps zero", { student: "zeros", others: "zeros" }],
  ["a constant student", { student: "constant" }],
  ["constant other networks", { others: "constant" }],
  ["constant maps everywhere", { student: "constant", others: "constant" }],
  ["a saturated student", { student: "saturated" }],
  ["saturated other networks", { others: "saturated" }],
  ["saturated maps everywhere", { student: "saturated", others: "saturated" }],
  ["black pictures", { items: all({ pixels: "zeros" }) }],
  ["constant pictures", { items: all({ pixels: "constant" }) }],
  ["saturated pictures", { items: all({ pixels: "saturated" }) }],
  ["every class but the background absent", { items: all({ labels: "background" }) }],
  ["no picture labelled", { items: all({ labelled: false }) }],
  ["no pixel valid", { items: all({ valid: "none" }) }],
  ["one picture", { items: [{ id: "a" }] }],
];

export const numbers: Holds<
  "values and gradients are finite" | "gradients reach what learns" | "a small step lowers every term" | "weights multiply and terms add up"
> = {
  "values and gradients are finite": async (subject) => {
    for (const [where, trial] of hard) {
      let seen: Seen;
      try {
        seen = await tryOut(subject, trial);
      } catch (error) {
        const { code, message } = error as Error & { code?: string };
        throw code === "core/not-finite" ? say.notFinite(subject.name, where, message.split(/ in step |\. /)[0]!) : error;
      }
      for (const [name, value] of Object.entries(seen.values[0] ?? {}))
        if (!Number.isFinite(value)) throw say.notFinite(subject.name, where, `${value} in ${name}`);
      for (const { module, variables } of seen.modules)
        for (const [key, { after }] of variables) {
          const value = after.find((x) => !Number.isFinite(x));
          if (value !== undefined) throw say.notFinite(subject.name, where, `${value} in the gradient of ${module}/${key}`);
        }
    }
  },

  "gradients reach what learns": async (subject) => {
    const whole = await tryOut(subject);
    for (const { name } of whole.terms) {
      const seen = await alone(subject, name);
      if (!seen?.modules.some((module) => (module.student || whole.trains.includes(module.module)) && reached(module)))
        throw say.unreached(subject.name, name);
    }
    for (const module of whole.modules)
      if (whole.trains.includes(module.module) && !reached(module)) throw say.trainedInVain(subject.name, module.module);
    const idle = whole.modules.find(
      (module) =>
        module.mayMove && !module.student && !whole.trains.includes(module.module) && module.by === subject.make().name && !reached(module),
    );
    if (idle) throw say.idleOpponent(subject.name, idle.module);
  },

  "a small step lowers every term": async (subject) => {
    const method = subject.make().name;
    for (const { name } of (await tryOut(subject)).terms) {
      const start = await alone(subject, name);
      if (!start) continue; // told by "gradients reach what learns"
      const value = start.values[0]![`${method}/${name}`]!;
      const squared = [...gradientOf(start).values()].reduce((sum, g) => sum + g.reduce((part, x) => part + x * x, 0), 0);
      if (!(squared > 0)) continue;
      const detached = subject.options.detached?.includes(name) === true;
      const holds = (ratio: number): boolean => (detached ? ratio > 0 : Math.abs(ratio - 1) <= 0.2);
      const ratios: number[] = [];
      for (const share of [0.1, 0.03, 0.01, 1e-3]) {
        if (!detached && ratios.some(holds)) break;
        const asked = share * (Math.abs(value) || 1); // by how much the gradient says that it falls
        try {
          const { values } = await tryOut(subject, { only: name, opponents: false, steps: 2, optimiser: against(asked / squared) });
          ratios.push((values[0]![`${method}/${name}`]! - values[1]![`${method}/${name}`]!) / asked);
        } catch (error) {
          if ((error as { code?: string }).code !== "core/not-finite") throw error; // the step was too large
        }
      }
      const best = ratios.reduce((one, other) => (Math.abs(other - 1) < Math.abs(one - 1) ? other : one), -Infinity);
      if (!holds(best)) throw say.stepRaises(subject.name, name, best, detached ? "at all" : "by as much as the gradient says, to a fifth");
    }
  },

  "weights multiply and terms add up": async (subject) => {
    const [own, other] = [await tryOut(subject), await tryOut(subject, { without: true })];
    if (own.terms.length === 0) return;
    const [mine, theirs] = [gradientOf(own), gradientOf(other)];
    const both = gradientOf(await tryOut(subject, { beside: true, weight: 2 }));
    const floor = floorOf(both);
    for (const [name, found] of both) {
      const expected = found.map((_, i) => 2 * (mine.get(name)?.[i] ?? 0) + (theirs.get(name)?.[i] ?? 0));
      const at = apartAt(expected, found, 1e-4, floor);
      if (at !== null) throw say.notAdditive(subject.name, name, expected[at]!, found[at]!);
    }
    const zero = gradientOf(await tryOut(subject, { beside: true, weight: { describe: "off", value: () => 0 } }));
    for (const [name, found] of theirs) {
      const at = apartAt(found, zero.get(name) ?? found, 1e-6, floor);
      if (at !== null) throw say.weightZero(subject.name, name, found[at]!, zero.get(name)![at]!);
    }
  },
};

/** One term, without opponents; null where tfjs finds no way from it to anything that learns. */
async function alone(subject: MethodSubject, only: string): Promise<Seen | null> {
  try {
    return await tryOut(subject, { only, opponents: false });
  } catch (error) {
    if ((error as Error).message.startsWith("Cannot find a connection")) return null;
    throw error;
  }
}

/** w ← w − rate·g. */
const against = (by: number): Optimiser => ({
  describe: { against: by },
  rate: by,
  slots: 0,
  update: ({ value, gradient, slots, rate }) => ({ value: sub(value, mul(rate, gradient)), slots }),
});

/** Whether an optimiser moved any of its variables by a gradient that is not 0. */
const reached = ({ variables }: Bytes): boolean =>
  [...variables.values()].some(({ before, after, state }) => !state && differAt(before, after) !== null && after.some((x) => x !== 0));

/** The gradient that a run left in place of the variables; 0 where nothing reached. */
export function gradientOf({ modules, trains }: Seen): ReadonlyMap<string, Float32Array> {
  const out = new Map<string, Float32Array>();
  for (const { module, student, variables } of modules)
    for (const [key, { before, after, state }] of variables)
      if ((student || trains.includes(module)) && !state)
        out.set(`${module}/${key}`, differAt(before, after) === null ? new Float32Array(after.length) : after);
  return out;
}

/** What is small beside the largest gradient is rounding, and no difference. */
export const floorOf = (gradients: ReadonlyMap<string, Float32Array>): number =>
  0.01 * Math.max(0, ...[...gradients.values()].map(largestOf));
