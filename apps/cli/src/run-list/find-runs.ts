import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether a folder is one of a run: core writes config.json last when it makes one. Links are none. */
export const isRun = (path: string): boolean => kindOf(path) === "folder" && kindOf(join(path, "config.json")) === "file";

/** What lies at a path, a link taken as a link. */
export const kindOf = (path: string): "folder" | "file" | "link" | "other" | "nothing" => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return "nothing";
  return found.isDirectory() ? "folder" : found.isFile() ? "file" : found.isSymbolicLink() ? "link" : "other";
};

const mostBytes = 1 << 20;

/** A JSON file that may come from a stranger, or an error that says what is wrong: links are not followed, and more than 1 MiB is not read. */
export const smallJson = (path: string): Readonly<Record<string, unknown>> => {
  const found = lstatSync(path);
  if (!found.isFile()) throw new Error("it is no regular file");
  if (found.size > mostBytes) throw new Error(`it has ${found.size} bytes, more than ${mostBytes}`);
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof value !== "object" || value === null) throw new Error("it holds no object");
  return value as Record<string, unknown>;
};

/** The run folders in a folder and one below, where the seeds of one configuration lie beside each other; sorted. The folder itself, where it is one. */
export const runsIn = (folder: string, deep = 2): readonly string[] => {
  if (isRun(folder)) return [folder];
  if (deep === 0 || kindOf(folder) !== "folder") return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .flatMap((name) => runsIn(join(folder, name), deep - 1));
};

/** Every file below a folder with its size in bytes; links are not followed and count as nothing. */
export const filesBelow = (folder: string): readonly { readonly path: string; readonly bytes: number }[] => {
  const seen = new Set<string>();
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) return []; // gone meanwhile
    const node = `${found.dev}:${found.ino}`;
    const again = found.nlink > 1 && seen.has(node); // weights that were taken over are hard links
    seen.add(node);
    return [{ path, bytes: again ? 0 : found.size }];
  });
};
