import type { Batch, Data, Stage } from "../contract/index.js";
import { namedVariables } from "../keeping.js";
import type { Outcome, Run } from "../run.js";
import { memoryStore, type Store } from "../store.js";
import { train } from "../train.js";

/** Trains one stage to its end: its student's values by name, what became of it, and all that was told. */
export async function trainedTo(stage: Stage, run: Partial<Run> = {}) {
  const store = memoryStore();
  const trained = await train([stage], { seed: 1, store, ...run });
  const values = new Map([...namedVariables([trained.network(stage, "student")])].map(([name, v]) => [name, [...v.dataSync()]]));
  trained.dispose();
  const records = store.steps.map(({ record: { step, terms } }) => ({ step, terms }));
  return { values, outcome: trained.stages.at(-1) as Outcome, records, events: store.events.map(({ event }) => event) };
}

/** What a run is given to be asked to stop while step `when` is recorded. */
export const stoppingAt = (when: number, store: Store): Required<Pick<Run, "store" | "signal">> => {
  const stop = new AbortController();
  const step: Store["step"] = (name, record) => {
    store.step(name, record);
    if (record.step === when) stop.abort();
  };
  return { store: { ...store, step }, signal: stop.signal };
};

/** The same data with every batch changed. */
export const changed = (data: Data, change: (batch: Batch) => Partial<Batch>, more: Partial<Data> = {}): Data => ({
  ...data,
  ...more,
  epoch: async function* (epoch, seed, first) {
    for await (const batch of data.epoch(epoch, seed, first)) yield { ...batch, ...change(batch) };
  },
});

/** The largest distance of two results' values. */
export const furthest = (a: ReadonlyMap<string, readonly number[]>, b: ReadonlyMap<string, readonly number[]>): number =>
  Math.max(...[...a].flatMap(([name, values]) => values.map((x, i) => Math.abs(x - b.get(name)![i]!))));
