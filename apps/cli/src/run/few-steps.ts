import { train, type Run, type Store } from "@segdistill/core";
import type { Batch, CheckedMethod, Data, Net, Stage } from "@segdistill/core/contract";
import { stoppedTrying } from "./errors.js";

/**
 * The first steps of every stage that goals need, `most` of each or as many as it says of one, by the real loop on the real data; nothing is kept. Gates and validations are left out, since few steps
 * teach nothing, and a pass over the data sees as many batches. What it tells is heard by `heard`; every step is told before the next one begins, on a GPU too.
 *
 * Throws trial/stopped where the signal is aborted, and what `train` throws.
 */
export const fewSteps = async (
  goals: readonly Stage[],
  most: Most,
  run: Omit<Run, "store" | "behind">,
  heard: Partial<Pick<Store, "save" | "tell" | "step">>,
): Promise<void> => {
  const nothing = {
    load: () => Promise.resolve(null),
    save: () => Promise.resolve(),
    tell: () => undefined,
    step: () => undefined,
  };
  try {
    (await train(shortened(goals, most), { ...run, store: { ...nothing, ...heard }, behind: false })).dispose();
  } catch (failure) {
    throw (failure as { readonly code?: string }).code === "core/interrupted" ? stoppedTrying() : failure; // no checkpoint is written here
  }
};

/** How many steps at most, of every stage or of one. */
export type Most = number | ((stage: string) => number);

/** The same stages of `most` steps at most, those that methods ask for too; one stage stays one, whoever names it. */
export const shortened = (goals: readonly Stage[], most: Most): readonly Stage[] => {
  const made = new Map<Stage, Stage>();
  const short = (stage: Stage): Stage => {
    const before = made.get(stage);
    if (before) return before;
    const { validation, ...rest } = stage;
    void validation;
    const own = typeof most === "number" ? most : most(stage.name);
    const net = (of: Net<string>): Net<string> => {
      if (of.mode === "frozen") return { ...of, of: { ...of.of, stage: short(of.of.stage) } };
      return of.mode === "trained" && of.earlier ? { ...of, earlier: { ...of.earlier, stage: short(of.earlier.stage) } } : of;
    };
    const after: Stage = {
      ...rest,
      nets: Object.fromEntries(Object.entries(stage.nets).map(([role, of]) => [role, net(of)])),
      methods: stage.methods.map((method) => withoutGates(method, short, stage.data)) as unknown as Stage["methods"],
      steps: Math.min(own, stage.steps),
      data: fewBatches(stage.data, own),
    };
    made.set(stage, after);
    return after;
  };
  return goals.map(short);
};

/** The stages that the method asks for are made of the data as they were, for each is cut to its own steps. */
const withoutGates = (method: CheckedMethod, short: (stage: Stage) => Stage, data: Data): CheckedMethod => {
  const { build, stages } = method;
  return {
    ...method,
    ...(build && { build: (site: never) => ({ ...build(site), gates: [] }) }),
    ...(stages && { stages: (plan: object) => stages({ ...plan, data } as never).map(short) }),
  };
};

const fewBatches = (data: Data, most: number): Data => ({
  ...data,
  batchesPerEpoch: Math.max(1, Math.min(most, data.batchesPerEpoch)),
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
