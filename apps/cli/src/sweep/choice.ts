import { existsSync } from "node:fs";
import { runPaths, writeAtomic } from "@segdistill/core";
import { z } from "zod";
import { smallJson } from "../run-list/find-runs.js";

const tried = z.strictObject({
  set: z.record(z.string(), z.unknown()).readonly(),
  /** SHA-256 of all that its score depends on: resolved configuration, data, code. */
  key: z.string(),
  dice: z.number().nullable(),
  /** Why there is no score. */
  reason: z.string().optional(),
});
const schema = z.strictObject({
  schema: z.literal(1),
  measured: z.string(),
  seed: z.int(),
  tries: z.array(tried).readonly(),
  chosen: z.int().min(1).nullable(),
});

/** One try with its score, null where it has none. */
export type Tried = z.infer<typeof tried>;
/** How an entry was chosen: what choice.json in its folder holds. `chosen` counts from 1, as the tries' folders do; null until all have been tried. */
export type Choice = z.infer<typeof schema>;

/**
 * The best of some scores, higher is better: its place from 0, the first where several are equal; what is no number is never chosen. Null where none is one. Source: our choice.
 *
 * @example bestOf([null, 0.5, 0.75, 0.75]) // 2
 */
export const bestOf = (scores: readonly (number | null)[]): number | null => {
  const known = scores.filter((score): score is number => score !== null && Number.isFinite(score));
  return known.length === 0 ? null : scores.indexOf(Math.max(...known));
};

/** The choice that lies in a folder; null where there is none or it is damaged: scores are measured anew. */
export const readChoice = (folder: string): Choice | null => {
  const { choice } = runPaths(folder);
  if (!existsSync(choice)) return null;
  try {
    return schema.parse(smallJson(choice));
  } catch {
    return null;
  }
};

/** Writes what is known of a choice so far. */
export const writeChoice = async (folder: string, choice: Omit<Choice, "schema" | "measured">): Promise<void> => {
  const whole: Choice = { schema: 1, measured: "pooled Dice of the student on data.validation at the end of its training", ...choice };
  await writeAtomic(runPaths(folder).choice, `${JSON.stringify(whole, null, 2)}\n`);
};
