import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { listMissing, listUnreadable } from "./errors.js";
import { readCsv } from "./csv.js";
import { listPath, listText } from "./list-file.js";
import { partsOfIds } from "./parts-of-ids.js";
import type { Parts } from "./split-by-group.js";
import { walk } from "./walk.js";

/**
 * The parts that list files name: a CSV with columns `id` and `split`, a JSON `{"train": [ids], …}`, one `.txt` of ids named like its part, or a folder of such `.txt` files. datasets.md 3
 *
 * Ids may carry an ending or lack their folder. `val` and `valid` are called `validation`. Ids in no list are left out of every part but `all`.
 *
 * @throws no such file; a file of another form; an id that no picture has, with the nearest one; an id in two lists
 */
export async function splitByLists(name: string, root: string, lists: string, ids: readonly string[]): Promise<Parts> {
  const path = await listPath(name, "lists", root, lists);
  return partsOfIds(name, lists, await entries(name, path), ids);
}

async function entries(name: string, path: string): Promise<[string, string[]][]> {
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined) throw listMissing(name, path);
  const lines = async (file: string): Promise<string[]> =>
    (await listText(file))
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "");
  if (kind.isDirectory()) {
    const files = (await walk(path, 1)).filter((file) => file.path.toLowerCase().endsWith(".txt"));
    return Promise.all(files.map(async (file): Promise<[string, string[]]> => [file.path.slice(0, -4), await lines(file.file)]));
  }
  if (/\.txt$/i.test(path)) return [[basename(path).slice(0, -4), await lines(path)]];
  if (/\.csv$/i.test(path)) {
    const rows = await readCsv(path);
    if (rows.length === 0 || !Object.hasOwn(rows[0]!, "id") || !Object.hasOwn(rows[0]!, "split"))
      throw listUnreadable(
        name,
        path,
        "a CSV file with columns id and split",
        `columns ${Object.keys(rows[0] ?? {}).join(", ") || "none"}`,
      );
    const titles = [...new Set(rows.map((row) => row["split"]!))].filter((title) => title !== "");
    return titles.map((title) => [title, rows.filter((row) => row["split"] === title).map((row) => row["id"]!)]);
  }
  if (!/\.json$/i.test(path)) throw listUnreadable(name, path, "a .csv, .json or .txt file, or a folder of .txt files", "another ending");
  const whole = parsed(await listText(path));
  const isLists = (value: unknown): value is Record<string, string[]> =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((list) => Array.isArray(list) && list.every((id) => typeof id === "string"));
  if (!isLists(whole)) throw listUnreadable(name, path, '{"train": [ids], "validation": [ids], "test": [ids]}', "something else");
  return Object.entries(whole);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
