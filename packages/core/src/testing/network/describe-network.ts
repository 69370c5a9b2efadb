import type { NetworkSpec } from "../../contract/index.js";
import { notComparable } from "../comparable.js";
import { suite, type Check, type Runner } from "../runner.js";
import type { NetworkSubject } from "./built.js";

export interface NetworkConformance {
  /** How many numbers an optimiser moves. The spec's own `parameters`, where it has them, if left out. */
  readonly parameters?: number;
  /** How near eager and compiled training must be, relative. 1e-4; more for a network of matrix products, which TensorFlow rounds otherwise inside a function. */
  readonly within?: number;
  /** Why it cannot be held against tfjs's `cpu` backend, such as an operator that is wrong there: a skipped test says so. */
  readonly oneBackend?: string;
}

const checks = {
  facts: [
    "shapes are as declared, at two sizes",
    "sizes that do not fit are refused",
    "names are stable and fit for files",
    "parameters are as many as declared",
    "first values follow from the seed",
    "every network has variables of its own",
  ],
  passes: [
    "decode depends on its encoding",
    "state moves only in a pass that may move it",
    "inference draws no noise",
    "inference takes every image by itself",
    "the gradient reaches every variable",
    "no tensor is left behind by a pass",
    "it trains, compiled as eager",
  ],
  backends: ["every backend agrees"],
} as const;

export type NetworkCheck = (typeof checks)[keyof typeof checks][number];
export type HoldsOfNetwork<Name extends NetworkCheck> = Readonly<Record<Name, (subject: NetworkSubject) => Promise<void>>>;

/** The engine is loaded when the first check runs, not when this file is. */
const load = async (): Promise<HoldsOfNetwork<NetworkCheck>> => ({
  ...(await import("./facts.js")).facts,
  ...(await import("./passes.js")).passes,
  ...(await import("./backends.js")).backends,
});

/**
 * Holds a network to the contract: logits, bottleneck and taps of the declared shapes at two sizes that are not square; variables with stable
 * names, counted, and started from the seed; decode a function of its encoding, with a bottleneck that can be replaced; state that moves only where
 * it may; inference without noise, image by image; a gradient in every variable; eager as compiled; sizes that do not fit refused;
 * in inference the same on tfjs's `cpu` backend as on TensorFlow, to 1e-4, where `@tensorflow/tfjs-backend-cpu` is installed: a skipped test says so if not.
 *
 * `make` is called anew for every network that is built: give it a small width. A failed check throws node:assert's AssertionError with the network's
 * name, what was expected and found, and the remedy. design.md 4
 *
 * @example
 * import { describe, it } from "vitest"; // or "node:test"
 * describeNetwork({ describe, it }, "u-net", () => uNet({ width: 4, classes: 3 }));
 */
export function describeNetwork(runner: Runner, name: string, make: () => NetworkSpec<string>, options: NetworkConformance = {}): void {
  suite<NetworkSubject>(
    runner,
    name,
    { name, make, parameters: options.parameters, within: options.within ?? 1e-4 },
    Object.values(checks)
      .flat()
      .map(
        (check): Check<NetworkSubject> => ({
          name: check,
          holds: async (it) => (await load())[check](it),
          impossible: check === "every backend agrees" ? (options.oneBackend ?? notComparable()) : null,
        }),
      ),
  );
}
