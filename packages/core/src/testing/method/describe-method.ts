import type { CheckedMethod } from "../../contract/index.js";
import { notComparable } from "../comparable.js";
import { suite, type Check, type Runner } from "../runner.js";
import type { MethodConformance, MethodSubject } from "./subject.js";

/** What is held against every method, in this order, and where it is. */
const checks = {
  wiring: ["names are unique, stable and fit for files", "options are plain data and decide the key", "only what is wanted is read"],
  numbers: [
    "values and gradients are finite",
    "gradients reach what learns",
    "a small step lowers every term",
    "weights multiply and terms add up",
  ],
  // what leaves no tensor behind is run anew, and the others take its runs over
  running: ["no tensor is left behind", "nothing that is frozen moves", "same seed, same numbers", "compiled and eager agree"],
  batches: [
    "pictures in another order give the same",
    "a picture's share depends on no other picture",
    "a batch twice gives the same mean or twice the sum",
    "counts depend on no network",
    "pictures without a label count as they should",
    "pixels that are not valid do not count",
  ],
  backends: ["every backend agrees"],
} as const;

export type MethodCheck = (typeof checks)[keyof typeof checks][number];
export type Holds<Name extends MethodCheck> = Readonly<Record<Name, (subject: MethodSubject) => Promise<void>>>;

/** The engine is loaded when the first check runs, not when this file is. */
const load = async (): Promise<Holds<MethodCheck>> => ({
  ...(await import("./wiring.js")).wiring,
  ...(await import("./numbers.js")).numbers,
  ...(await import("./running.js")).running,
  ...(await import("./batches.js")).batches,
  ...(await import("./backends.js")).backends,
});

/**
 * Holds a method to the contract, on tiny networks of the kit's own that have the taps it wants: values and gradients finite on random, constant, zero and saturated
 * maps and with classes absent; only declared taps read; the gradient in the student, and no frozen byte moved; no tensor left, also after a throw;
 * the same numbers for the same seed, eager or compiled, in any order of the batch; sums, means, counts, labels, masks and weights as declared;
 * values and gradients on tfjs's `cpu` backend as on TensorFlow, to 1e-4, where `@tensorflow/tfjs-backend-cpu` is installed: a skipped test says so if not.
 *
 * `make` is called anew for every run; what was run before under the same circumstances is not run again, but where a check is about that. A method with services names their
 * providers in `beside`. A failed check throws node:assert's AssertionError with the method's name, what was expected and found, and the remedy. design.md 4, methods.md 1.3 (P2 to P6)
 *
 * @example
 * import { describe, it } from "vitest"; // or "node:test"
 * describeMethod({ describe, it }, "graph-flow", () => graphFlow(), { channels: { student: { "encoder/4": 24 } } });
 */
export function describeMethod(runner: Runner, name: string, make: () => CheckedMethod, options: MethodConformance = {}): void {
  const { learns = ["student"], beside = () => [] } = options;
  const subject: MethodSubject = { name, make, learns, beside, options, seen: new Map(), earlier: new Map() };
  const all = Object.values(checks).flat();
  suite<MethodSubject>(
    runner,
    name,
    subject,
    all.map(
      (check): Check<MethodSubject> => ({
        name: check,
        holds: async (it) => (await load())[check](it),
        impossible: check === "every backend agrees" ? (options.oneBackend ?? notComparable()) : null,
      }),
    ),
  );
}
