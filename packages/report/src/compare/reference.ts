import { noSharedSeed, nothingToCompareWith } from "../errors.js";
import type { ComparedRun } from "./comparison.js";

/** What a row is compared with. */
export interface Reference {
  readonly run: ComparedRun;
  readonly model: string;
}

/** What all rows are compared with: each run's own model, or one model of one run. */
export interface Against {
  readonly words: string;
  /** Null where the row is not compared. */
  readonly of: (run: ComparedRun, model: string) => Reference | null;
}

const has = ({ seeds }: ComparedRun, model: string): boolean => seeds.every(({ models }) => Object.hasOwn(models, model));
/** Neither what is learnt from nor a person, nor the student alone: what a method made. */
const made = (model: string): boolean => !["teacher", "baseline", "second-observer"].includes(model);

/**
 * Finds what `--against` names: a run's label (its distilled student), "<label>/<model>", or a model's name (each run's own).
 * Against each run's own model all other networks but the teacher are compared; against a model of one run what the methods of the other runs made.
 * Throws report-compare-against where there is nothing of that name. Source: our choice.
 */
export const againstOf = (runs: readonly ComparedRun[], name: string): Against => {
  for (const run of runs)
    for (const model of Object.keys(run.seeds[0]!.models))
      if (has(run, model) && (name === `${run.label}/${model}` || (name === run.label && model === "distilled")))
        return {
          words: `${model} of ${run.label}`,
          of: (other, row) => (made(row) && !(other === run && row === model) ? { run, model } : null),
        };
  if (name !== "baseline" && !runs.some((run) => has(run, name))) {
    const models = [...new Set(runs.flatMap(({ seeds }) => Object.keys(seeds[0]!.models)))];
    throw nothingToCompareWith(
      name,
      runs.map(({ label }) => label),
      models,
    );
  }
  return {
    words: `${name} of the same run`,
    of: (run, row) => (has(run, name) && row !== name && row !== "teacher" && row !== "second-observer" ? { run, model: name } : null),
  };
};

/** The seeds that two runs have both, in the order of the first: that of its configuration, which names the random numbers of results.json. Throws report-compare-seeds where there is none. */
export const sharedSeeds = (one: ComparedRun, other: ComparedRun): readonly number[] => {
  const [ours, theirs] = [one, other].map(({ seeds }) => seeds.map(({ seed }) => seed));
  const shared = ours!.filter((seed) => theirs!.includes(seed));
  if (shared.length === 0) throw noSharedSeed(one.label, ours!, other.label, theirs!);
  return shared;
};
