import type { Tensor } from "@tensorflow/tfjs-core";
import type { Precision } from "@segdistill/backend";
import { notFinite } from "./errors.js";
import type { Ready } from "./plan/prepare.js";
import type { Feed } from "./step/fed.js";
import type { Store } from "./store.js";

/** What a step gave, not read yet: [terms + adversaries] raw values. */
export interface Given {
  readonly out: Tensor;
  readonly step: number;
  readonly epoch: number;
  readonly fed: Feed;
  readonly cases: readonly string[];
  readonly ms: number;
}

/** Reads what a step gave and records it; a number that is not finite ends the stage before anything of it is saved. */
export function recorder({ stage, terms, adversaries }: Ready, store: Store, precision: Precision): (given: Given) => Promise<void> {
  const names = [...terms, ...adversaries].map((part) => part.name);
  return async ({ out, step, epoch, fed, cases, ms }) => {
    const raws = await out.data();
    out.dispose();
    for (const [i, name] of names.entries())
      if (!Number.isFinite(raws[i]!)) throw notFinite(name, stage.name, step, raws[i]!, cases, precision);
    const recorded = Object.fromEntries(names.map((name, i) => [name, { raw: raws[i]!, weight: fed.weights[i]! }]));
    store.step(stage.name, { step, steps: stage.steps, epoch, terms: recorded, rate: fed.rate, ms });
  };
}
