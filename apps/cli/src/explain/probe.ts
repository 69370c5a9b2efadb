import { train, type Run, type Store } from "@segdistill/core";
import { peakMemory, type PeakMemory } from "../run/peak-memory.js";
import type { Batch, CheckedMethod, Data, Net, Stage } from "@segdistill/core/contract";

/** What two steps of a stage took. */
export interface Probed {
  /** The first step, which compiles. */
  readonly firstSeconds: number;
  /** The second one, without waiting for data. */
  readonly stepSeconds: number;
  /** Most memory that the process held meanwhile: TensorFlow, data and all. */
  readonly peakBytes: number;
}

const steps = 2;

/**
 * Two real steps of every stage that the goals need, by the real loop on the real data, and nothing is kept. Gates and validations are left out, since two steps
 * teach nothing, and a pass over the data sees two batches.
 *
 * @returns by stage; one step alone counts as both
 */
export const probe = async (
  goals: readonly Stage[],
  run: Pick<Run, "seed" | "precision" | "signal">,
  peak: PeakMemory = peakMemory(),
): Promise<ReadonlyMap<string, Probed>> => {
  const seen = new Map<string, { readonly ms: number[]; peakBytes: number }>();
  const store: Store = {
    load: () => Promise.resolve(null),
    save: (name, _, { done }) => {
      if (done) seen.get(name)!.peakBytes = peak.bytes();
      return Promise.resolve();
    },
    tell: (name, { event }) => {
      if (event !== "started") return;
      seen.set(name, { ms: [], peakBytes: 0 });
      peak.reset();
    },
    step: (name, { ms }) => {
      seen.get(name)!.ms.push(ms);
      peak.look();
    },
  };
  (await train(shortened(goals), { ...run, store })).dispose();
  return new Map(
    [...seen].map(([name, { ms, peakBytes }]) => [name, { firstSeconds: ms[0]! / 1000, stepSeconds: (ms[1] ?? ms[0]!) / 1000, peakBytes }]),
  );
};

/** The same stages of two steps at most, or `most`, those that methods ask for too; one stage stays one, whoever names it. */
export const shortened = (goals: readonly Stage[], most = steps): readonly Stage[] => {
  const made = new Map<Stage, Stage>();
  const short = (stage: Stage): Stage => {
    const before = made.get(stage);
    if (before) return before;
    const { validation, ...rest } = stage;
    void validation;
    const net = (of: Net<string>): Net<string> => {
      if (of.mode === "frozen") return { ...of, of: { ...of.of, stage: short(of.of.stage) } };
      return of.mode === "trained" && of.earlier ? { ...of, earlier: { ...of.earlier, stage: short(of.earlier.stage) } } : of;
    };
    const after: Stage = {
      ...rest,
      nets: Object.fromEntries(Object.entries(stage.nets).map(([role, of]) => [role, net(of)])),
      methods: stage.methods.map((method) => withoutGates(method, short)) as unknown as Stage["methods"],
      steps: Math.min(most, stage.steps),
      data: fewBatches(stage.data, most),
    };
    made.set(stage, after);
    return after;
  };
  return goals.map(short);
};

const withoutGates = (method: CheckedMethod, short: (stage: Stage) => Stage): CheckedMethod => {
  const { build, stages } = method;
  return {
    ...method,
    ...(build && { build: (site: never) => ({ ...build(site), gates: [] }) }),
    ...(stages && { stages: (plan: never) => stages(plan).map(short) }),
  };
};

const fewBatches = (data: Data, most: number): Data => ({
  ...data,
  batchesPerEpoch: Math.min(most, data.batchesPerEpoch),
  epoch: (epoch, seed, first = 0) => few(data.epoch(epoch, seed, first), most - first),
});

async function* few(batches: AsyncIterable<Batch>, count: number): AsyncGenerator<Batch> {
  let left = count;
  for await (const batch of batches) {
    if (left-- <= 0) return;
    yield batch;
    if (left === 0) return; // before the next one is asked for
  }
}
