import { resolve } from "node:path";
import { namedVariables, readSafetensors, scope, sha256OfFile, type Values } from "@segdistill/core";
import type { Module, NetworkSpec, Weights } from "@segdistill/core/contract";
import { dispose } from "@tensorflow/tfjs-core";
import { readSource } from "../config/read.js";
import { unmatchedWeights, weightsFileMissing } from "./errors.js";
import { existsSync } from "node:fs";
import type { ResolvedRun } from "./resolve-run.js";

/** The teacher's weights from a file, where the configuration gives them; paths are taken from the configuration's folder. The engine must have been started. */
export const givenWeights = async ({
  config,
  folder,
  teacher,
}: Pick<ResolvedRun, "config" | "folder" | "teacher">): Promise<Weights | undefined> => {
  const { weights } = config.teacher;
  if (weights === undefined) return undefined;
  const file = resolve(folder, typeof weights === "string" ? weights : weights.file);
  if (!existsSync(file)) throw weightsFileMissing(file);
  const { tensors } = await readSafetensors(file);
  const stored = new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]));
  const fingerprint = await sha256OfFile(file);
  if (typeof weights === "string") return { fingerprint, read: () => stored };
  const names = readSource(resolve(folder, weights.names)).value as Readonly<Record<string, string>>;
  const renamed = fromPyTorch(stored, names, shapesOf(teacher), file);
  return { fingerprint, read: () => renamed };
};

/** Shapes by the network's own names. */
const shapesOf = (spec: NetworkSpec<string>): ReadonlyMap<string, readonly number[]> => {
  const made = new Map<string, Module>();
  const { name } = spec.build(scope("given", spec.name, null, made));
  const variables = namedVariables([...made.values()]);
  const shapes = new Map([...variables].map(([key, { shape }]) => [key.slice(name.length + 1), shape]));
  dispose([...variables.values()]);
  return shapes;
};

/**
 * A PyTorch state dict under our names: `names` maps ours to theirs. Kernels come as `[out, in, kh, kw]` (transposed convolutions `[in, out, kh, kw]`,
 * depthwise ones `[C, 1, kh, kw]`) and become `[kh, kw, in, out]` (`[kh, kw, out, in]`, `[kh, kw, C, 1]`): one permutation for all three.
 * Throws run/unmatched-weights with every name of either side that has no partner; their counters `num_batches_tracked` need none.
 */
export const fromPyTorch = (
  stored: ReadonlyMap<string, Values>,
  names: Readonly<Record<string, string>>,
  shapes: ReadonlyMap<string, readonly number[]>,
  file: string,
): ReadonlyMap<string, Values> => {
  const used = new Set(Object.values(names));
  const missing = [...shapes.keys()].filter((ours) => names[ours] === undefined || !stored.has(names[ours]));
  const surplus = [...stored.keys()].filter((theirs) => !used.has(theirs) && !theirs.endsWith("num_batches_tracked"));
  const strange = Object.keys(names).filter((ours) => !shapes.has(ours));
  if (missing.length + surplus.length + strange.length > 0) throw unmatchedWeights(file, missing, surplus, strange);
  return new Map(
    [...shapes].map(([ours, shape]) => {
      const turned = transposed(stored.get(names[ours]!)!);
      const depthwise = shape.length === 4 && shape[3] === 1 && turned.shape[2] === 1 && turned.shape[3] === shape[2];
      return [ours, depthwise ? { shape, data: turned.data } : turned];
    }),
  );
};

/** All axes of a kernel so that the last two come first, and channels are swapped: (2, 3, 1, 0); of a matrix (1, 0). */
const transposed = ({ shape, data }: Values): Values => {
  if (shape.length === 2) return transposed2(shape[0]!, shape[1]!, data);
  if (shape.length !== 4) return { shape, data };
  const [a, b, h, w] = shape as [number, number, number, number];
  const out = new Float32Array(data.length);
  for (let i = 0, n = 0; i < h; i++)
    for (let j = 0; j < w; j++) for (let k = 0; k < b; k++) for (let l = 0; l < a; l++) out[n++] = data[((l * b + k) * h + i) * w + j]!;
  return { shape: [h, w, b, a], data: out };
};
const transposed2 = (rows: number, columns: number, data: Float32Array): Values => ({
  shape: [columns, rows],
  data: data.map((_, n) => data[(n % rows) * columns + Math.floor(n / rows)]!),
});
