import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { choosePrecision, type ChosenPrecision, type Precision } from "@segdistill/backend";
import { cacheFolder, tensorflowVersion } from "@segdistill/backend/library";
import { plan, sha256, train, type Store } from "@segdistill/core";
import type { Stage } from "@segdistill/core/contract";
import { shortened } from "../explain/probe.js";

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
  /** What the processor alone would have. */
  readonly processor?: () => Promise<ChosenPrecision>;
  /** Seconds that the stages' steps take, by stage. */
  readonly time?: (goals: readonly Stage[], precision: Precision) => Promise<ReadonlyMap<string, number>>;
  /** Where what was found is kept. */
  readonly file?: string;
}

/**
 * What `precision: auto` is for these stages: real steps of every stage are timed in both precisions, and the faster one over the whole run is taken. What was
 * found is kept in the cache folder by stages, processor and TensorFlow's version, so every seed of a run, and the next run of the same stages, has the same.
 * Where the processor has no use for bfloat16 at all, and for a short run, the processor's own figure decides. The engine must have been started.
 */
export const autoPrecision = async (goals: readonly Stage[], options: AutoOptions = {}): Promise<ChosenPrecision> => {
  const { processor = () => choosePrecision("auto"), signal, file = join(cacheFolder(), "precision-of-runs.json") } = options;
  const { time = (of: readonly Stage[], precision: Precision) => stepSeconds(of, precision, signal) } = options;
  const alone = await processor();
  if (alone.precision === "float32") return alone;
  const stages = plan(goals, { seed: 0, precision: "float32", code: null });
  if (stages.reduce((sum, stage) => sum + stage.steps, 0) < worthTiming) return alone;

  const key = sha256(JSON.stringify([cpus()[0]?.model, tensorflowVersion, stages.map((stage) => stage.key)]));
  const known = readCache(file);
  let ratio = known[key];
  if (ratio === undefined) {
    options.timing?.();
    const whole = async (precision: Precision): Promise<number> => {
      const seconds = await time(goals, precision);
      return stages.reduce((sum, stage) => sum + stage.steps * (seconds.get(stage.name) ?? 0), 0);
    };
    const float32 = await whole("float32");
    ratio = (await whole("bfloat16")) / float32;
    try {
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, `${JSON.stringify(Object.fromEntries([...Object.entries(known).slice(-99), [key, ratio]]), null, 2)}\n`);
    } catch {
      // a cache that cannot be written costs the next run some steps
    }
  }
  return {
    precision: ratio <= pays ? "bfloat16" : "float32",
    why: `bfloat16 takes ${ratio.toFixed(2)} of float32's time in this run's steps`,
  };
};

const readCache = (file: string): Record<string, number> => {
  try {
    const found: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof found === "object" && found !== null ? (found as Record<string, number>) : {};
  } catch {
    return {};
  }
};

/** The fastest of few real steps of every stage, and nothing is kept. */
const stepSeconds = async (
  goals: readonly Stage[],
  precision: Precision,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number>> => {
  const seen = new Map<string, number[]>();
  const store: Store = {
    load: () => Promise.resolve(null),
    save: () => Promise.resolve(),
    tell: () => undefined,
    step: (name, { ms }) => void seen.set(name, [...(seen.get(name) ?? []), ms]),
  };
  (await train(shortened(goals, steps), { seed: 0, precision, store, ...(signal && { signal }) })).dispose();
  return new Map([...seen].map(([name, ms]) => [name, Math.min(...(ms.length > 1 ? ms.slice(1) : ms)) / 1000]));
};
