import { concat, stack, type Tensor, type Tensor1D, type Variable } from "@tensorflow/tfjs-core";
import { heldValues, type HeldValues, type Precision } from "@segdistill/backend";
import type { Batch } from "./contract/index.js";
import { notFinite } from "./errors.js";
import { firstEpoch, sharesOf } from "./expected-shares.js";
import type { Ready } from "./plan/prepare.js";
import type { Feed } from "./step/fed.js";
import { summed } from "./step/slope.js";
import type { Updated } from "./step/update.js";
import type { Store } from "./store.js";

/** What a step gives: one tensor, so that reading it is one read. */
export const packed = (all: readonly Updated[], factors: Tensor1D | undefined): Tensor =>
  concat([stack(all.flatMap(({ values }) => values)), ...(factors ? [factors] : []), stack([summed(all.map(({ gradient }) => gradient))])]);

/** A step that was run, not read yet. */
export interface Given {
  /** [terms + opponents] raw values, [terms] factors of the balancer, and one number that is finite where every gradient was. */
  readonly out: Tensor;
  readonly step: number;
  readonly epoch: number;
  readonly fed: Feed;
  readonly batch: Batch;
  /** Until the step was given to the device. */
  readonly ms: number;
}

/** Reads what steps gave and records it. */
export interface Recorder {
  /** Before a step: remembers what it may have to be taken back to. */
  readonly before: () => void;
  /** After it: reads it, or where reading waits for the device the one before. */
  readonly after: (given: Given) => Promise<void>;
  /** Reads what is not read yet: before a checkpoint, and at the end. */
  readonly flush: () => Promise<void>;
  /** What the steps took that are read, and those before. */
  readonly seconds: () => number;
  /** Steps that were taken back. */
  readonly skipped: () => number;
  /** What has to be kept in a checkpoint, of what is read. */
  readonly counters: () => Readonly<Record<string, number>>;
  readonly dispose: () => void;
}

export interface RecorderOptions {
  readonly ready: Ready;
  readonly store: Store;
  readonly precision: Precision;
  /** Everything that a step may move. */
  readonly moved: readonly Variable[];
  /** The checkpoint that the stage goes on from. */
  readonly before: { readonly seconds: number; readonly counters: Readonly<Record<string, number>> };
  /** On a GPU a step is read when the next one is under way. Costs the memory of one more generation of what is trained. */
  readonly behind: boolean;
  /** Finds out where a step, run once more from what was before it, first gave a number that is not finite. */
  readonly diagnose: (given: Given) => Promise<string>;
}

/** A step with a number that is not finite ends the stage before anything of it is saved, or is taken back, as the stage says. */
export function recorder({ ready, store, precision, moved, before, behind, diagnose }: RecorderOptions): Recorder {
  const { stage, terms, adversaries } = ready;
  const names = [...terms, ...adversaries].map((part) => part.name);
  const atMost = typeof stage.nonFinite === "object" ? stage.nonFinite.skip : 0;
  let skipped = before.counters["skipped"] ?? 0;
  let { seconds } = before;
  const first = firstEpoch(ready, before.counters);
  let pending: Given | undefined;
  /** Of the step that is pending, then of the one that runs. */
  const snapshots: HeldValues[] = [];

  const read = async (given: Given): Promise<void> => {
    const { out, step, epoch, fed, batch } = given;
    if (pending === given) pending = undefined;
    const start = performance.now();
    const numbers = await out.data();
    const ms = given.ms + performance.now() - start; // on a GPU the step goes on until its numbers are there
    seconds += ms / 1000;
    out.dispose();
    const raws = numbers.slice(0, names.length);
    const factors = numbers.slice(names.length, -1);
    if (numbers.every((x) => Number.isFinite(x))) {
      const terms = Object.fromEntries(names.map((name, i) => [name, { raw: raws[i]!, weight: fed.weights[i]! * (factors[i] ?? 1) }]));
      store.step(stage.name, { step, steps: stage.steps, epoch, terms, rate: fed.rate, ms });
      if (epoch === 0) for (const [i, name] of names.entries()) first.add(name, raws[i]! * (factors[i] ?? 1));
    } else {
      const bad = raws.findIndex((x) => !Number.isFinite(x));
      const [term, value] = bad >= 0 ? [names[bad]!, raws[bad]!] : ["gradient", numbers.at(-1)!];
      snapshots[0]!.restore();
      const where = await diagnose(given);
      snapshots[0]!.restore();
      const { cases } = batch;
      store.tell(stage.name, { event: skipped < atMost ? "skipped" : "not-finite", step, term, cases, where });
      if (skipped >= atMost) throw notFinite({ term, stage: stage.name, step, value, cases, precision, where, skipped });
      skipped++;
    }
    if (step + 1 === stage.data.batchesPerEpoch)
      for (const { name, ...found } of sharesOf(ready, first.sums)) store.tell(stage.name, { event: "gate", gate: name, ...found });
    snapshots.shift()!.dispose();
  };
  return {
    before: () => void snapshots.push(heldValues(moved)),
    after: async (given) => {
      const last = pending;
      pending = given;
      if (last) await read(last);
      if (!behind || atMost > 0) await read(given); // whether it counts must be known before the next one
    },
    flush: async () => {
      if (pending) await read(pending);
    },
    seconds: () => seconds,
    skipped: () => skipped,
    counters: () => ({ ...first.sums, skipped }),
    dispose: () => {
      pending?.out.dispose(); // not read after a throw
      for (const one of snapshots) one.dispose();
    },
  };
}
