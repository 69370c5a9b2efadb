import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkpoints, folderOwner, readResults, runPaths, type Results } from "@segdistill/core";
import { filesBelow, kindOf, smallJson } from "./find-runs.js";

/** Where a run stands. */
export type RunState =
  | { readonly kind: "done" }
  | { readonly kind: "running"; readonly pid: number; readonly host: string; readonly stage: string | null; readonly share: number }
  | { readonly kind: "stopped"; readonly stage: string | null; readonly share: number }
  | { readonly kind: "damaged"; readonly why: string };

/** A run as `runs` tells of it. */
export interface RunInfo {
  readonly path: string;
  readonly name: string | null;
  readonly seed: number | null;
  readonly state: RunState;
  readonly bytes: number;
  /** When it ended, or was last written to; ISO 8601 in UTC. */
  readonly date: string;
  /** Mean Dice of the distilled student by test domain. */
  readonly dice: Readonly<Record<string, number | null>>;
  readonly stages: readonly { readonly stage: string; readonly step: number; readonly steps: number; readonly done: boolean }[];
  readonly results: Results | null;
}

/** Looks at a run folder; nothing is changed, and what is damaged is told instead of thrown. `share` is that of the stage at its newest checkpoint, 0…1. */
export const describeRun = async (path: string): Promise<RunInfo> => {
  const paths = runPaths(path);
  const config = configIn(join(path, "config.json"));
  const results = existsSync(paths.results) ? await readResults(paths.results).catch((e: unknown) => messageOf(e)) : null;
  const found = await stagesOf(paths.checkpoints);
  const stages = typeof found === "string" ? [] : found;
  const last = lastStage(paths.events);
  const here = stages.find(({ stage }) => stage === last);
  const share = here ? (here.done ? 1 : here.step / here.steps) : 0;
  const owner = folderOwner(path);
  const stateOf = (): RunState => {
    if (typeof config === "string") return { kind: "damaged", why: config };
    if (owner) return { kind: "running", ...owner, stage: last, share };
    if (typeof results === "string") return { kind: "damaged", why: results };
    if (typeof found === "string") return { kind: "damaged", why: found };
    return results ? { kind: "done" } : { kind: "stopped", stage: last, share };
  };
  const whole = typeof results === "string" ? null : results;
  const files = filesBelow(path);
  const written = [paths.events, paths.results, join(path, "config.json")].flatMap((file) =>
    existsSync(file) ? [statSync(file).mtimeMs] : [],
  );
  const { name, seed } = typeof config === "string" ? {} : config;
  return {
    path,
    name: typeof name === "string" ? name : null,
    seed: typeof seed === "number" ? seed : null,
    state: stateOf(),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    date: whole?.finished ?? new Date(Math.max(0, ...written)).toISOString(),
    dice: Object.fromEntries(
      Object.entries(whole?.models["distilled"]?.domains ?? {}).map(([domain, { mean }]) => [
        domain,
        typeof mean["dice"] === "number" ? mean["dice"] : null,
      ]),
    ),
    stages,
    results: whole,
  };
};

const messageOf = (e: unknown): string => (e instanceof Error ? e.message : String(e));

/** config.json, or what is wrong with it. */
const configIn = (file: string): Readonly<Record<string, unknown>> | string => {
  try {
    return smallJson(file);
  } catch (e) {
    return `config.json cannot be read: ${messageOf(e)}`;
  }
};

const stagesOf = async (folder: string): Promise<RunInfo["stages"] | string> => {
  try {
    return (await checkpoints(folder).list()).flatMap(({ stage, records }) => {
      const newest = records.find(({ done }) => done) ?? records.at(-1);
      return newest ? [{ stage, step: newest.step, steps: newest.steps, done: newest.done }] : [];
    });
  } catch (e) {
    return messageOf(e);
  }
};

const tailBytes = 1 << 16;

/** The stage of the last whole line of events.jsonl, read from its end alone: the file of a long run is large. */
const lastStage = (file: string): string | null => {
  if (kindOf(file) !== "file") return null;
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    const piece = Buffer.alloc(Math.min(tailBytes, size));
    readSync(handle, piece, 0, piece.length, size - piece.length);
    for (const line of piece.toString("utf8").split("\n").slice(0, -1).reverse()) {
      try {
        const { stage } = JSON.parse(line) as { readonly stage?: unknown };
        if (typeof stage === "string") return stage;
      } catch {
        continue; // cut at the start of the piece, or torn
      }
    }
    return null;
  } finally {
    closeSync(handle);
  }
};
