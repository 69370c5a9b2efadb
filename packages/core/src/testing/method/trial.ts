import { dispose, memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import type { Module } from "../../contract/index.js";
import { memoryStore, type Store } from "../../store.js";
import { train } from "../../train.js";
import { withEarlier } from "../earlier-stages.js";
import { goalOf, type Trial } from "./goal.js";
import type { MethodSubject } from "./subject.js";
import type { Watch } from "./watched.js";

/** The values of all variables of a module, by name. */
export interface Bytes {
  readonly module: string;
  readonly by: string;
  /** Whether whoever made it may move it in this stage. */
  readonly mayMove: boolean;
  /** Whether it is a network that the stage trains. */
  readonly student: boolean;
  readonly variables: ReadonlyMap<string, Moved>;
}
export interface Moved {
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** Moved by a pass or a mean, not by an optimiser. */
  readonly state: boolean;
  readonly collected: boolean;
}

/** One term's loss before it is reduced: one number an image. */
export interface Share {
  readonly term: string;
  readonly sum: readonly number[];
  readonly count: readonly number[] | null;
}

export interface Seen {
  readonly key: string;
  /** Raw values by "method/term", step by step. */
  readonly values: readonly Readonly<Record<string, number>>[];
  readonly shares: readonly Share[];
  readonly reads: readonly string[];
  /** How often the step was read in all. */
  readonly reading: number;
  readonly modules: readonly Bytes[];
  readonly terms: readonly { readonly name: string; readonly couples: boolean; readonly scheduled: boolean }[];
  readonly adversaries: readonly string[];
  readonly gates: readonly string[];
  readonly trains: readonly string[];
}

/** Runs a trial, unless it was run before; where the method brings nothing to minimise or to train of its own, a supervised companion stands beside it. */
export async function tryOut(subject: MethodSubject, trial: Trial = {}): Promise<Seen> {
  const { fresh = false, ...what } = trial;
  const key = JSON.stringify(what); // optimisers and weights describe themselves
  const known = fresh ? undefined : subject.seen.get(key);
  if (known) return known;
  await startEngine();
  const seen = await accompanied(subject, trial);
  subject.seen.set(key, seen);
  return seen;
}

async function accompanied(subject: MethodSubject, trial: Trial): Promise<Seen> {
  try {
    return await attempt(subject, trial, false);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "core/no-term" && code !== "core/nothing-trained") throw error;
    return attempt(subject, trial, true);
  }
}

async function attempt(subject: MethodSubject, trial: Trial, alone: boolean): Promise<Seen> {
  const watch: Watch = {
    who: subject.name,
    modules: [],
    mayMove: new Set(),
    collected: new Set(),
    built: undefined,
    reads: new Set(),
    record: trial.record ?? false,
    shares: [],
    reading: 0,
    breakAt: trial.breakAt ?? null,
  };
  const goal = goalOf(subject, trial, watch, alone);
  const kept = memoryStore();
  let before = new Map<Module, ReadonlyMap<string, Float32Array>>();
  const values = ({ variables, state }: Module): ReadonlyMap<string, Float32Array> =>
    new Map(Object.entries({ ...variables, ...state }).map(([key, v]) => [key, Float32Array.from(v.dataSync())]));
  const store: Store = {
    ...withEarlier(goal.name, kept, earlierOf(subject, trial)),
    tell: (name, event) => {
      kept.tell(name, event);
      if (name === goal.name && event.event === "started") before = new Map(watch.modules.map(({ module }) => [module, values(module)]));
    },
  };
  try {
    const trained = await train([goal], { seed: trial.seed ?? 1, store, eager: trial.eager ?? true });
    try {
      const students = Object.keys(goal.nets)
        .filter((role) => goal.nets[role]!.mode === "trained")
        .map((role) => trained.network(goal, role).name);
      const bytes = watch.modules.map(({ module, by }): Bytes => {
        const after = values(module);
        const variables = new Map(
          [...after].map(([key, now]) => [
            key,
            {
              before: before.get(module)?.get(key) ?? now,
              after: now,
              state: key in module.state,
              collected: watch.collected.has((module.state[key] ?? null) as never),
            },
          ]),
        );
        const student = students.includes(module.name);
        return { module: module.name, by, mayMove: student || watch.mayMove.has(module), student, variables };
      });
      const shares = watch.shares.map(({ term, sum, count }) => ({
        term,
        sum: [...sum.dataSync()],
        count: count ? [...count.dataSync()] : null,
      }));
      const { terms = [], adversaries = [], gates = [], trains = [] } = watch.built ?? {};
      return {
        key: trained.stages.at(-1)!.key,
        values: kept.steps
          .filter((one) => one.stage === goal.name)
          .map(({ record }) => Object.fromEntries(Object.entries(record.terms).map(([name, { raw }]) => [name, raw]))),
        shares,
        reads: [...watch.reads],
        reading: watch.reading,
        modules: bytes,
        terms: terms
          .filter(({ weight }) => weight !== 0)
          .map(({ name, couples, weight }) => ({ name, couples: couples !== undefined, scheduled: typeof weight === "object" })),
        adversaries: adversaries.map(({ name }) => name),
        gates: gates.map(({ name }) => name),
        trains: trains.map(({ name }) => name),
      };
    } finally {
      trained.dispose();
    }
  } finally {
    dispose(watch.shares.flatMap(({ sum, count }) => (count ? [sum, count] : [sum])));
  }
}

/** Where stages before the one under test are kept: with trials that start networks alike and run alike, for first values are in no key. */
function earlierOf({ earlier }: MethodSubject, { fresh = false, student, others, eager }: Trial): Store {
  if (fresh) return memoryStore();
  const how = JSON.stringify([student ?? null, others ?? null, eager ?? true]);
  const store = earlier.get(how) ?? memoryStore();
  earlier.set(how, store);
  return store;
}

/** How many tensors a trial leaves behind, and what it threw. */
export async function leftBy(
  subject: MethodSubject,
  trial: Trial,
): Promise<{ readonly left: number; readonly thrown: Error | null; readonly reading: number }> {
  await startEngine();
  const before = memory().numTensors;
  let [thrown, reading]: [Error | null, number] = [null, 0];
  try {
    ({ reading } = await tryOut(subject, trial));
  } catch (error) {
    thrown = error as Error;
  }
  return { left: memory().numTensors - before, thrown, reading };
}
