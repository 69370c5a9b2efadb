import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { readSafetensors } from "@segdistill/core";
import type { Latents } from "@segdistill/metrics-fsd";
import { badLatents, latentsMissing } from "./errors.js";
import { decodeNpy } from "./npy.js";

/** Node reads no more at once, and makes no longer text. */
const [mostBytes, mostText] = [2 ** 31 - 1, 2 ** 28];

/** Rows, and the group (patient) of each where the file says it. */
export interface LatentsFile {
  readonly rows: Latents;
  readonly groups?: readonly string[];
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Rows of numbers between commas, semicolons or tabs (semicolons first, then tabs), one latent a line, no heading. */
const decodeCsv = (text: string, file: string): Latents => {
  const lines = text.replace(/^\ufeff/, "").replace(/\s+$/, "").split(/\r?\n/); // prettier-ignore
  const separator = [";", "\t"].find((sign) => text.includes(sign)) ?? ",";
  return lines.map((line, i) =>
    line.split(separator).map((cell) => {
      if (number.test(cell.trim())) return Number(cell);
      throw badLatents(
        file,
        "numbers with decimal points, one latent a line, no heading",
        `${JSON.stringify(cell.slice(0, 40))} in line ${i + 1}`,
        "Take headings and names out",
      );
    }),
  );
};

const ofSafetensors = async (file: string): Promise<LatentsFile> => {
  const { tensors, metadata } = await readSafetensors(file);
  const found = [...tensors].map(([name, { shape }]) => `${JSON.stringify(name)} [${shape.join(", ")}]`);
  const [only] = tensors.values();
  const [n, d] = only?.shape ?? [];
  if (tensors.size !== 1 || n === undefined || d === undefined || only!.shape.length !== 2)
    throw badLatents(file, "one tensor [N, d]", found.slice(0, 5).join(", ") || "none", "Save the latents alone");
  const rows = Array.from({ length: n }, (_, i) => only!.data.subarray(i * d, (i + 1) * d));
  const { groups } = metadata;
  return groups === undefined ? { rows } : { rows, groups: groupsIn(groups, n, file) };
};

/** What `groups` in the metadata says: a JSON list of texts, one a row. */
const groupsIn = (text: string, n: number, file: string): readonly string[] => {
  const wrong = (found: string): Error =>
    badLatents(file, `"groups" in its metadata: ${n} texts as JSON, one a row`, found, "Write one group for every row, or none");
  let groups: unknown;
  try {
    groups = JSON.parse(text);
  } catch {
    throw wrong(JSON.stringify(text.slice(0, 40)));
  }
  const isText = (one: unknown): one is string => typeof one === "string";
  if (!Array.isArray(groups) || !groups.every(isText)) throw wrong(JSON.stringify(text.slice(0, 40)));
  if (groups.length !== n) throw wrong(String(groups.length));
  return groups;
};

/**
 * The latents of a file, [N, d]: .npy (float32, float64), .safetensors (one tensor; float64 is rounded to float32; `groups` in its metadata, as a run writes them), .csv (numbers, no heading).
 *
 * @throws frechet/missing, frechet/file, safetensors/…
 */
export const readLatents = async (file: string): Promise<LatentsFile> => {
  const ending = extname(file).toLowerCase();
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw latentsMissing(file, found !== undefined);
  const most = ending === ".csv" ? mostText : mostBytes;
  if (found.size > most)
    throw badLatents(file, `at most ${most} bytes`, String(found.size), "For more rows there is streamMoments of @segdistill/metrics-fsd");
  if (ending === ".npy") return { rows: decodeNpy(await readFile(file), file) };
  if (ending === ".safetensors") return ofSafetensors(file);
  if (ending === ".csv") return { rows: decodeCsv(await readFile(file, "utf8"), file) };
  throw badLatents(file, "a file that ends in .npy, .safetensors or .csv", ending === "" ? "no ending" : ending, "Save it in one of these");
};
