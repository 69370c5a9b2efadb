import { join } from "node:path";
import { pooledDice, sha256OfJson } from "@segdistill/core";
import type { Json } from "@segdistill/core/contract";
import { configure } from "../config/configure.js";
import { noneToChoose } from "./errors.js";
import { originsOf, versionsOf } from "../run/code.js";
import { fingerprints } from "../run/fingerprints.js";
import type { Sets } from "../run/open-data.js";
import { resolveRun, type ResolvedRun } from "../run/resolve-run.js";
import { configOf, trainRun, type TrainedRun, type TrainOptions } from "../run/train-run.js";
import { runsIn } from "../run-list/find-runs.js";
import { bestOf, readChoice, writeChoice, type Tried } from "./choice.js";
import type { Entry, Variant } from "./entries.js";
import { triesFolder } from "./neighbours.js";

export interface Choosing extends Omit<TrainOptions, "path" | "resume"> {
  /** The entry's folder. */
  readonly folder: string;
  readonly data: readonly string[];
  /** Data sets that `--data` may name beside those of the tries. */
  readonly beside: readonly string[];
}

/**
 * Trains every try of an entry once, with one seed, and measures its student on data.validation: pooled Dice, as `validate` does, on the networks that the training ends
 * with. The best one is what the entry is from now on; the choice stands in choice.json of its folder. A try has no test set: none is opened, so nothing of it can be looked at
 * before the choice is made. Tries that are done are not done again. A try whose numbers do not stay finite has no score. Source: our choice.
 *
 * Throws sweep/none-to-choose, and what opening and training a run throws.
 */
export const choose = async ({ name, tries }: Entry, options: Choosing): Promise<Variant> => {
  const { folder, seed, data, beside, show } = options;
  const sets: Sets = new Map();
  const runs: ResolvedRun[] = [];
  for (const { source } of tries) runs.push(await resolveRun(source, untested(configure(source)), data, { beside, sets }));
  const before = readChoice(folder)?.tries ?? [];
  const fingerprintOf = fingerprints();
  const found: Tried[] = [];
  for (const [i, run] of runs.entries()) {
    const key = await keyOf(run, seed, fingerprintOf);
    const known = before.find((one) => one.key === key);
    const path = join(folder, triesFolder, `try-${i + 1}`);
    const alike = [...runsIn(join(folder, triesFolder), 1).filter((other) => other !== path), ...options.alike];
    if (!known) show.say(`try ${i + 1} of ${tries.length}: ${JSON.stringify(tries[i]!.sets)}`);
    found.push(known ?? { set: tries[i]!.sets, key, ...(await scoreOf(run, { ...options, path, resume: false, alike })) });
    if (!known && found.length < tries.length) await writeChoice(folder, { seed, tries: found, chosen: null });
  }
  const best = bestOf(found.map(({ dice }) => dice));
  const chosen = best === null ? null : best + 1;
  if (JSON.stringify(found) !== JSON.stringify(before)) await writeChoice(folder, { seed, tries: found, chosen });
  const scores = found.map(({ dice }) => dice?.toFixed(4) ?? "none");
  if (best === null) throw noneToChoose(name, found.map(({ reason }) => reason!)); // prettier-ignore
  show.say(`try ${chosen} of ${tries.length} is chosen: pooled Dice on validation ${scores.join(", ")}`);
  return tries[best]!;
};

type Configured = ReturnType<typeof configure>;

const untested = (config: Configured): Configured => ({ ...config, data: { ...config.data, test: {} } });

/** Of all that a try's score depends on. */
const keyOf = async (run: ResolvedRun, seed: number, fingerprintOf: ReturnType<typeof fingerprints>): Promise<string> => {
  const { train, unlabelled, validation } = run.data;
  const data: string[] = [];
  for (const part of [train, unlabelled, validation]) if (part) data.push(await fingerprintOf(part.set));
  return sha256OfJson({ config: configOf(run, seed), data, versions: versionsOf(originsOf(run)) } as Json);
};

const scoreOf = async (run: ResolvedRun, options: TrainOptions): Promise<Pick<Tried, "dice" | "reason">> => {
  try {
    const dice = await trainRun(run, options, diceOf);
    return dice === null || !Number.isFinite(dice) ? { dice: null, reason: "no pixel of a foreground class is there or found" } : { dice };
  } catch (failure) {
    if ((failure as { readonly code?: string }).code !== "core/not-finite") throw failure;
    return { dice: null, reason: (failure as Error).message };
  }
};

const diceOf = async ({ trained, wired: { models } }: TrainedRun): Promise<number | null> => {
  const { stage, role } = models.find(({ name }) => name === "distilled")!;
  return (await trained.measure(stage, { dice: pooledDice(role) }))["dice"]!;
};
