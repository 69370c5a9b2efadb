import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { choosePrecision, type ChosenPrecision, type Precision } from "@segdistill/backend";
import { cacheFolder, processorKind, tensorflowVersion } from "@segdistill/backend/library";
import { plan, sha256 } from "@segdistill/core";
import type { Stage } from "@segdistill/core/contract";
import { isUserError } from "../errors.js";
import { fewSteps } from "./few-steps.js";

/** bfloat16 is taken where it needs at most this share of float32's time: less is within the noise of few steps, and float32 is the more exact one [ours]. */
const pays = 0.95;
/** A run of fewer steps is over before its timing has paid [ours]. */
const worthTiming = 300;
/** Steps of each stage: the first compiles, the fastest of the others counts. */
const steps = 4;

export interface AutoOptions {
  readonly signal?: AbortSignal;
  /** Told before steps are timed. */
  readonly timing?: () => void;
  /** What was settled before for the runs that this one is to be held against; asked only where the processor has a use for bfloat16. */
  readonly settled?: () => Promise<ChosenPrecision | null>;
  /** What the processor alone would have. */
  readonly processor?: () => Promise<ChosenPrecision>;
  /** Seconds that the stages' steps take, by stage; null: nothing is timed, only what is known already counts. */
  readonly time?: ((goals: readonly Stage[], precision: Precision) => Promise<ReadonlyMap<string, number>>) | null;
  /** Where what was found is kept. */
  readonly file?: string;
}

/**
 * What `precision: auto` is for these stages: real steps of every stage are timed in both precisions, and the faster one over the whole run is taken. What was
 * found is kept in the cache folder by stages, processor and TensorFlow's version, so every seed of a run, and the next run of the same stages, has the same.
 * Where the processor has no use for bfloat16 at all, and for a short run, the processor's own figure decides. A precision in which the steps fail (not enough memory,
 * numbers that are not finite) is not taken; where they fail in both, the run is left to say how. The engine must have been started. Throws trial/stopped.
 */
export const autoPrecision = async (goals: readonly Stage[], options: AutoOptions = {}): Promise<ChosenPrecision> => {
  const { processor = () => choosePrecision("auto"), signal, file = join(cacheFolder(), "precision-of-runs.json") } = options;
  const { time = (of: readonly Stage[], precision: Precision) => stepSeconds(of, precision, signal) } = options;
  const alone = await processor();
  if (alone.precision === "float32") return alone;
  const settled = await options.settled?.();
  if (settled) return settled;
  const stages = plan(goals, { seed: 0, precision: "float32", code: null });
  if (stages.reduce((sum, stage) => sum + stage.steps, 0) < worthTiming) return alone;

  const key = sha256(JSON.stringify([processorKind(), tensorflowVersion, stages.map((stage) => stage.key)]));
  const known = readCache(file)[key];
  if (typeof known === "number") return byRatio(known);
  if (time === null) return alone;
  options.timing?.();
  const whole = async (precision: Precision): Promise<number | Error> => {
    try {
      const seconds = await time(goals, precision);
      return stages.reduce((sum, stage) => sum + stage.steps * (seconds.get(stage.name) ?? 0), 0);
    } catch (failure) {
      if (!(failure instanceof Error) || (isUserError(failure) && failure.exit === 130)) throw failure;
      return failure;
    }
  };
  const [float32, bfloat16] = [await whole("float32"), await whole("bfloat16")];
  if (float32 instanceof Error) return bfloat16 instanceof Error ? alone : { precision: "bfloat16", why: failed("float32", float32) };
  if (bfloat16 instanceof Error) return { precision: "float32", why: failed("bfloat16", bfloat16) };
  keep(file, key, bfloat16 / float32);
  return byRatio(bfloat16 / float32);
};

/** What a run that asks for this precision would have, as far as it is known without timing: for who only looks at one. Throws nothing of its own. */
export const knownPrecision = (asked: Precision | "auto", goals: readonly Stage[]): Promise<ChosenPrecision> =>
  asked === "auto" ? autoPrecision(goals, { time: null }) : choosePrecision(asked);

const byRatio = (ratio: number): ChosenPrecision => ({
  precision: ratio <= pays ? "bfloat16" : "float32",
  why: `bfloat16 takes ${ratio.toFixed(2)} of float32's time in this run's steps`,
});
const failed = (precision: Precision, { message }: Error): string => `a few steps in ${precision} failed: ${message}`;

const readCache = (file: string): Readonly<Record<string, unknown>> => {
  try {
    const found: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

/** Read anew, since another run may have kept something meanwhile. */
const keep = (file: string, key: string, ratio: number): void => {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const all = [...Object.entries(readCache(file)).slice(-99), [key, ratio] as const];
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
  } catch {
    // a cache that cannot be written costs the next run some steps
  }
};

/** The fastest of few real steps of every stage. */
const stepSeconds = async (
  goals: readonly Stage[],
  precision: Precision,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number>> => {
  const seen = new Map<string, number[]>();
  await fewSteps(
    goals,
    steps,
    { seed: 0, precision, ...(signal && { signal }) },
    { step: (name, { ms }) => void seen.set(name, [...(seen.get(name) ?? []), ms]) },
  );
  return new Map([...seen].map(([name, ms]) => [name, Math.min(...(ms.length > 1 ? ms.slice(1) : ms)) / 1000]));
};
