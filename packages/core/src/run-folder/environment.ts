import { readFile } from "node:fs/promises";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { processorFlags } from "@segdistill/backend/library";
import { z } from "zod";
import { sha256 } from "./content.js";
import { gitCommit } from "./git-commit.js";
import { readJsonFile } from "./json-file.js";

/** environment.json: on what a run was made. What could not be found out is null. */
export interface Environment {
  readonly schema: 1;
  /** When it was written, ISO 8601 in UTC. */
  readonly date: string;
  readonly node: string;
  /** Versions by package name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly os: { readonly platform: string; readonly release: string; readonly arch: string };
  readonly cpu: {
    readonly model: string | null;
    /** Logical ones. */
    readonly count: number;
    /** Of {@link flagsOfInterest}, those it has; null where the system does not tell. */
    readonly flags: readonly string[] | null;
  };
  readonly memoryBytes: number;
  /** GPUs that it computed on, by model; left out where there was none [ours]. */
  readonly gpus?: readonly string[];
  readonly threads: number | null;
  /** What was asked for, and what was chosen. */
  readonly precision: { readonly asked: string; readonly chosen: "float32" | "bfloat16" };
  /** Null where it ran on another backend. */
  readonly tensorflow: string | null;
  /** Environment variables that decide on numbers or speed (oneDNN, determinism, threads), as they were. */
  readonly variables: Readonly<Record<string, string>>;
  /** SHA-256 of the lock file of the project. */
  readonly lockFile: string | null;
  readonly gitCommit: string | null;
  /** Where the run went on after a change of machine ("threads 2 → 4"): its numbers need not be those of an undisturbed one. Left out where it did not [ours]. */
  readonly notBitExact?: readonly string[];
}

/** What the caller knows and this file does not. */
export interface EnvironmentParts {
  readonly packages: Readonly<Record<string, string>>;
  readonly gpus?: readonly string[];
  readonly threads: number | null;
  readonly precision: { readonly asked: string; readonly chosen: "float32" | "bfloat16" };
  readonly tensorflow: string | null;
  /** Null or left out: no file. */
  readonly lockFile?: string | null;
  /** A folder whose repository's commit is noted; null or left out: none. */
  readonly repository?: string | null;
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970; now if left out. */
  readonly now?: number;
}

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), { error: `expected ${digits} hexadecimal digits` });

const shape = z.strictObject({
  schema: z.literal(1),
  date: z.iso.datetime(),
  node: z.string(),
  packages: z.record(z.string(), z.string()),
  os: z.strictObject({ platform: z.string(), release: z.string(), arch: z.string() }),
  cpu: z.strictObject({ model: z.string().nullable(), count: z.int().min(0), flags: z.array(z.string()).nullable() }),
  memoryBytes: z.int().min(0),
  gpus: z.array(z.string().min(1)).min(1).optional(),
  threads: z.int().min(1).nullable(),
  precision: z.strictObject({ asked: z.string(), chosen: z.enum(["float32", "bfloat16"]) }),
  tensorflow: z.string().nullable(),
  variables: z.record(z.string(), z.string()),
  lockFile: hex(64).nullable(),
  gitCommit: z
    .string()
    .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, { error: "expected 40 or 64 hexadecimal digits" })
    .nullable(),
  notBitExact: z.array(z.string().min(1)).min(1).optional(),
});

/** The schema of environment.json. zod cannot say that a key is left out rather than undefined, so the type is given by hand. */
export const environmentSchema = shape as unknown as z.ZodType<Environment>;

/** The environment.json of a path; null where there is none, or a damaged one. */
export const readEnvironment = (file: string): Promise<Environment | null> =>
  readJsonFile(environmentSchema, file, { who: "environment", missing: "", damaged: "" }).catch(() => null);

/** Abilities of a CPU that decide on speed, precision or rounding of the kernels. */
export const flagsOfInterest: readonly string[] = [
  ...["sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"],
  ...["amx_tile", "amx_bf16", "amx_int8", "asimd", "asimdhp", "bf16", "i8mm", "sve"],
];
const decides = /^(TF_(?!CLI_)|ONEDNN_|DNNL_|OMP_|KMP_|MKL_|SEGDISTILL_THREADS$|CUDA_VISIBLE_DEVICES$|NVIDIA_TF32_OVERRIDE$)/;

/** Those of {@link flagsOfInterest} that this CPU has; null where the system does not tell. */
export const cpuFlags = (): readonly string[] | null => {
  const has = processorFlags();
  return has && flagsOfInterest.filter((flag) => has.has(flag));
};

/**
 * Describes machine, versions and settings of a run.
 * Source: interfaces.md 5; which flags and variables count is our choice.
 */
export async function describeEnvironment(parts: EnvironmentParts): Promise<Environment> {
  const {
    packages,
    gpus = [],
    threads,
    precision,
    tensorflow,
    lockFile = null,
    repository = null,
    variables = process.env,
    now = Date.now(),
  } = parts;
  const model = cpus()[0]?.model.trim();
  const decisive = Object.entries(variables).filter((entry): entry is [string, string] => decides.test(entry[0]) && entry[1] !== undefined);
  const byName = (a: readonly [string, string], b: readonly [string, string]): number => (a[0] < b[0] ? -1 : 1);
  return {
    schema: 1,
    date: new Date(now).toISOString(),
    node: process.versions.node,
    packages: Object.fromEntries(Object.entries(packages).sort(byName)),
    os: { platform: platform(), release: release(), arch: arch() },
    cpu: { model: model === undefined || model === "" ? null : model, count: cpus().length, flags: cpuFlags() },
    memoryBytes: totalmem(),
    ...(gpus.length > 0 && { gpus }),
    threads,
    precision,
    tensorflow,
    variables: Object.fromEntries(decisive.sort(byName)),
    lockFile: lockFile === null ? null : await readFile(lockFile).then(sha256, () => null),
    gitCommit: repository === null ? null : await gitCommit(repository),
  };
}
