import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { fileLinked, fileTooLarge, codeOf, notReadable } from "./errors.js";

/** Largest file that Node reads at once. */
const mostAtOnce = 2 ** 31 - 1;
/** Largest JSON file that is read: results of some hundred thousand pictures. [ours] */
const mostJsonBytes = 1 << 27;

export interface ForeignOptions {
  /** In bytes; 2 GiB if left out. */
  readonly most?: number;
  /** Whether a symbolic link is followed: only where the path itself is the user's. False if left out. */
  readonly links?: boolean;
}

/**
 * Reads a file that may come from a stranger. A symbolic link, a pipe, a device and what is larger than `most` are refused before a byte is read, so that a
 * folder which was unpacked can neither show files from elsewhere, nor stop the program, nor fill the memory. (Windows: links are followed.)
 * Throws file/link, file/too-large, file/not-readable; the file system's error where there is no such file. [ours]
 */
export function readForeign(path: string, { most = mostAtOnce, links = false }: ForeignOptions = {}): Buffer {
  let handle: number | undefined;
  try {
    // Without O_NONBLOCK a pipe that nobody writes to would be waited for. Windows has neither flag.
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants> & { readonly O_RDONLY: number };
    handle = openSync(path, O_RDONLY | O_NONBLOCK | (links ? 0 : O_NOFOLLOW));
    const found = fstatSync(handle);
    if (!found.isFile()) throw notReadable(path, new Error("it is no regular file"));
    if (found.size > most) throw fileTooLarge(path, found.size, most);
    return readFileSync(handle);
  } catch (error) {
    if (error instanceof Error && error.name === "SegDistillError") throw error;
    if (codeOf(error) === "ENOENT") throw error;
    throw codeOf(error) === "ELOOP" ? fileLinked(path) : notReadable(path, error);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

const mostDepth = 64;

/** Values that a JSON file may hold: one for 16 characters, half of what ours need, and 500,000 in any case. Bounds the memory that parsing takes. [ours] */
const mostValues = (characters: number): number => Math.max(500_000, Math.floor(characters / 16));

/** How many values a JSON text holds at most: 1, and one more for every comma, bracket and brace outside of texts. */
const valuesIn = (text: string): number => {
  let [values, quoted] = [1, false];
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (quoted && sign === "\\") i++;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === "," || sign === "[" || sign === "{")) values++;
  }
  return values;
};

/** Whether every object has something of this name (`constructor`, `toString`, `__proto__`, …): looked up where it is missing, it would be found. */
export const isInherited = (name: string): boolean => name in Object.prototype;

/** What JSON of ours never is: nested more than 64 levels deep, with a key that {@link isInherited}. Null where all is well. */
export function unlikeOurs(whole: unknown): string | null {
  const problem = (value: unknown, depth: number): string | null => {
    if (typeof value !== "object" || value === null) return null;
    if (depth > mostDepth) return `expected at most ${mostDepth} levels, found more`;
    for (const [key, inner] of Object.entries(value)) {
      if (isInherited(key)) return `expected other keys, found "${key}"`;
      const found = problem(inner, depth + 1);
      if (found !== null) return found;
    }
    return null;
  };
  return problem(whole, 1);
}

/** What a text of JSON holds, if it is JSON and like ours. */
export type ParsedJson = { readonly value: unknown } | { readonly problem: string | null };

/** Parses JSON from a stranger. `problem` is null where it is not JSON at all, else what is unlike ours: {@link unlikeOurs}, or more values than a text of its length may hold. Throws nothing. */
export function parseForeignJson(text: string): ParsedJson {
  const most = mostValues(text.length);
  // counted before it is parsed; a text of fewer characters cannot hold as many
  if (text.length > most && valuesIn(text) > most) return { problem: `expected at most ${most} values, found more` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: null };
  }
  const problem = unlikeOurs(value);
  return problem === null ? { value } : { problem };
}

/** Reads a JSON file of a run folder or student: {@link readForeign}, then {@link parseForeignJson}. Throws as the former does. */
export const readForeignJson = (path: string, most = mostJsonBytes): ParsedJson =>
  parseForeignJson(readForeign(path, { most }).toString("utf8"));
