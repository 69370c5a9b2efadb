import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "../contract/index.js";
import { canonicalJson } from "./canonical.js";

/** SHA-256 of bytes or of a text's UTF-8, as 64 hexadecimal digits. */
export const sha256 = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");

/** SHA-256 of a file, read piece by piece. Throws the file system's error where it cannot be read. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Uint8Array);
  return hash.digest("hex");
}

/** SHA-256 of plain data: of its {@link canonicalJson}. Throws what that throws. */
export const sha256OfJson = (value: Json): string => sha256(canonicalJson(value));

/**
 * SHA-256 over every file below a folder: of the canonical JSON of `{ path: SHA-256 }`, paths with "/".
 * Says which built files a package consists of (`Origin.files`). Names that start with a dot and folders called node_modules are left out.
 * Source: our choice.
 */
export async function sha256OfFolder(folder: string): Promise<string> {
  const files: Record<string, string> = {};
  const visit = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) files[path] = await sha256OfFile(join(folder, path));
    }
  };
  await visit("");
  return sha256OfJson(files);
}

/**
 * The content hash of a stage: what it was made from, by name. Equal parts, equal key; a stage of a known key need not be trained again.
 * `SHA-256 of {"parts": parts, "schema": 1}` as canonical JSON: another schema of checkpoints makes every key new.
 *
 * @param parts such as configuration, keys of the stages it depends on, data fingerprints, origins of the packages that took part
 * Throws where a part is not plain data. Source: design.md 2; the form is our choice.
 *
 * @example
 * contentKey({ stage: "teacher", options: { width: 32 }, data: fingerprint, after: [] });
 */
export const contentKey = (parts: Readonly<Record<string, Json>>): string => sha256(canonicalJson({ schema: 1, parts }, "key"));
