import { join } from "node:path";
import { z } from "zod";
import type { Json } from "../contract/index.js";
import { sha256 } from "./content.js";
import { codeOf, fileMissing, weightsDiffer } from "./errors.js";
import { readForeign } from "./foreign-file.js";
import { checkJson, readJsonFile, writeJsonFile } from "./json-file.js";
import { decodeSafetensors, writeSafetensors, type StoredTensor } from "./safetensors.js";

/** student.json: all that is needed to use a student, beside its weights. */
export interface StudentDescription {
  readonly schema: 1;
  /** `use` as in a configuration: a short name of `@segdistill/models`, or "<package>#<name>". `name` is the network's own. */
  readonly network: { readonly use: string; readonly name: string; readonly options: Json };
  /** Maps that the network hands out, by name: height is the input's / stride. */
  readonly taps: Readonly<Record<string, { readonly stride: number; readonly channels: number }>>;
  readonly inputChannels: number;
  /** Names by class index; the first is the background. */
  readonly classes: readonly string[];
  /** How pictures are prepared, as in the configuration. */
  readonly prepare: Json;
  /** Pictures are cut into tiles of `size` × `size` pixels (null: whole) that share `overlap` (0 to below 1) of their width. */
  readonly tile: { readonly size: number | null; readonly overlap: number };
  readonly provenance: {
    /** SHA-256 of the resolved configuration. */
    readonly config: string;
    readonly seed: number;
    /** Fingerprints by data set. */
    readonly data: Readonly<Record<string, string>>;
    /** Versions by package. */
    readonly versions: Readonly<Record<string, string>>;
    /** Means by domain and metric; null where one could not be computed. */
    readonly scores: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  };
  /** SHA-256 of weights.safetensors. */
  readonly weights: string;
}

/** A student as read from its folder. */
export interface StoredStudent {
  readonly student: StudentDescription;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

const whole = z.int().min(0);
const hex64 = z.string().regex(/^[0-9a-f]{64}$/, { error: "expected 64 hexadecimal digits" });

/** Every pixel is in at most 100 tiles: more would only fill the memory. [ours] */
const mostOverlap = 0.9;

/** The schema of student.json. */
export const studentSchema: z.ZodType<StudentDescription> = z.strictObject({
  schema: z.literal(1),
  network: z.strictObject({ use: z.string().min(1), name: z.string().min(1), options: z.json() }),
  taps: z.record(z.string(), z.strictObject({ stride: z.int().min(1), channels: z.int().min(1) })),
  inputChannels: z.int().min(1).max(64),
  classes: z.array(z.string().min(1)).min(2).max(254), // labels are bytes, and 255 is "not labelled"
  prepare: z.json(),
  tile: z.strictObject({ size: z.int().min(8).nullable(), overlap: z.number().min(0).max(mostOverlap) }),
  provenance: z.strictObject({
    config: hex64,
    seed: whole,
    data: z.record(z.string(), z.string()),
    versions: z.record(z.string(), z.string()),
    scores: z.record(z.string(), z.record(z.string(), z.number().nullable())),
  }),
  weights: hex64,
});

const kind = {
  who: "student",
  missing: "Expected a folder with student.json and weights.safetensors, such as runs/quickstart/students/distilled.",
  damaged: "Copy the whole folder again, or write it anew by running its configuration again.",
};
const filesOf = (folder: string) => ({ description: join(folder, "student.json"), weights: join(folder, "weights.safetensors") });

/**
 * Writes a student: weights, then the description with their SHA-256, each atomically.
 *
 * @param student the description without `schema` and `weights`
 * @param tensors by stable name (`encoder/1/conv/kernel`), float32, kernels `[kh, kw, in, out]`
 * Throws student/invalid with nothing written; file/…. Source: interfaces.md 5.
 */
export async function writeStudent(
  folder: string,
  student: Omit<StudentDescription, "schema" | "weights">,
  tensors: ReadonlyMap<string, StoredTensor>,
): Promise<void> {
  const { description, weights } = filesOf(folder);
  const complete = (sha256: string): StudentDescription => ({ schema: 1, ...student, weights: sha256 });
  checkJson(studentSchema, complete("0".repeat(64)), description, kind);
  const { sha256 } = await writeSafetensors(weights, tensors, { format: "segdistill" });
  await writeJsonFile(studentSchema, complete(sha256), description, kind);
}

/** Reads a student's description. Throws student/missing, /not-json, /other-schema, /invalid; file/not-readable. */
export const readStudentDescription = (folder: string): Promise<StudentDescription> =>
  readJsonFile(studentSchema, filesOf(folder).description, kind);

/**
 * Reads a student. It may come from a stranger: both files are the folder's own (no links), and weights are read once, so that what is checked is what is used.
 * Throws what {@link readStudentDescription} throws, student/weights-differ, student/missing, safetensors/…; file/link, file/too-large.
 */
export async function readStudent(folder: string): Promise<StoredStudent> {
  const student = await readStudentDescription(folder);
  const { weights } = filesOf(folder);
  const bytes = bytesOf(weights);
  const found = sha256(bytes);
  if (found !== student.weights) throw weightsDiffer(weights, student.weights, found);
  return { student, tensors: decodeSafetensors(bytes, weights).tensors };
}

const bytesOf = (weights: string): Buffer => {
  try {
    return readForeign(weights);
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? fileMissing(kind.who, weights, kind.missing) : error;
  }
};
