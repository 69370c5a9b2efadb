import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { fileOutside, listTooLarge } from "./errors.js";

const mostBytes = 2 ** 25;

/** Whether a real path is a folder's, or below it. */
export const isBelow = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

/**
 * Where a list lies that an option names from the root of the data: in the root, links followed, since options come from configurations that others wrote.
 *
 * @throws file-outside
 */
export async function listPath(name: string, option: string, root: string, found: string): Promise<string> {
  const path = resolve(root, found);
  const real = await realpath(path).catch(() => undefined);
  // What does not exist is told of by who reads it.
  const isInside = real === undefined ? isBelow(resolve(root), path) : isBelow(await realpath(root), real);
  if (!isInside) throw fileOutside(name, option, found, root);
  return path;
}

/** The text of a list, without byte order mark. @throws list-too-large above 32 MiB */
export async function listText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > mostBytes) throw listTooLarge(path, size, mostBytes);
  return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
}
