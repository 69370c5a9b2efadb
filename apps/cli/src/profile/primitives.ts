import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { profileFailed } from "./errors.js";
import { stoppedTrying } from "../run/errors.js";

/** Runs of one kind of oneDNN primitive in a compiled step: the mean over steps. */
export interface Primitive {
  /** As oneDNN names it: `convolution`, `batch_normalization`, `reorder`, … */
  readonly kind: string;
  /** `forward`, `backward_data`, `backward_weights`, …; empty where it has none. */
  readonly direction: string;
  readonly count: number;
  readonly ms: number;
}

/** A compiled step of a stage. */
export interface CompiledStep {
  readonly stepMs: number;
  /** Slowest first. */
  readonly primitives: readonly Primitive[];
}

const mark = "segdistill_step";

/** Says on standard output, between oneDNN's lines, that a step of a stage is over. */
export const markStep = (stage: string, ms: number): void => void writeSync(1, `${mark} ${JSON.stringify({ stage, ms })}\n`);

/**
 * What oneDNN said of its primitives (`ONEDNN_VERBOSE=1`: a line each, `…,exec,cpu,<kind>,<implementation>,<direction>,…,<ms>`) between the marks of steps. The first step of
 * a stage traces and compiles, and is left out.
 *
 * @returns by stage
 */
export const compiledSteps = (output: string): ReadonlyMap<string, CompiledStep> => {
  const steps = new Map<string, { ms: number; primitives: Primitive[] }[]>();
  let open: Primitive[] = [];
  for (const line of output.split("\n")) {
    const one = primitiveOf(line);
    if (one) open.push(one);
    if (!line.startsWith(mark)) continue;
    const { stage, ms } = JSON.parse(line.slice(mark.length)) as { readonly stage: string; readonly ms: number };
    steps.set(stage, [...(steps.get(stage) ?? []), { ms, primitives: open }]);
    open = [];
  }
  return new Map([...steps].map(([stage, all]) => [stage, meanOf(all.length > 1 ? all.slice(1) : all)]));
};

const primitiveOf = (line: string): Primitive | null => {
  if (!line.startsWith("onednn_verbose,")) return null;
  const fields = line.split(",");
  const at = fields.indexOf("exec");
  const ms = Number(fields.at(-1));
  if (at < 0 || !Number.isFinite(ms)) return null;
  const [kind = "", , direction = ""] = fields.slice(at + 2);
  // training or inference is the run's affair
  return { kind, direction: direction === "undef" ? "" : direction.replace(/_(training|inference)$/, ""), count: 1, ms };
};

const meanOf = (steps: readonly { readonly ms: number; readonly primitives: readonly Primitive[] }[]): CompiledStep => {
  const sums = new Map<string, Primitive>();
  for (const one of steps.flatMap(({ primitives }) => primitives)) {
    const key = `${one.kind} ${one.direction}`;
    const before = sums.get(key) ?? { ...one, count: 0, ms: 0 };
    sums.set(key, { ...before, count: before.count + 1, ms: before.ms + one.ms });
  }
  const n = steps.length;
  return {
    stepMs: steps.reduce((sum, { ms }) => sum + ms, 0) / n,
    primitives: [...sums.values()].map((one) => ({ ...one, count: Math.round(one.count / n), ms: one.ms / n })).sort((a, b) => b.ms - a.ms),
  };
};

/** This program with other arguments and oneDNN's lines on: what it wrote to standard output. Throws profile/failed with its own message, trial/stopped. */
export const withPrimitives = (args: readonly string[], signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, ONEDNN_VERBOSE: "1" }; // read when the library is loaded, so it needs a process of its own
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (piece: Buffer) => out.push(piece));
    child.stderr.on("data", (piece: Buffer) => err.push(piece));
    child.on("error", (failure) => reject(signal.aborted ? stoppedTrying() : failure));
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(profileFailed(Buffer.concat(err).toString().trim().split("\n").at(-1)!));
    });
  });
