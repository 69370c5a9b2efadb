import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { stop } from "./stop.mjs";

/**
 * What processes found, in a file that is written anew after each of them, so that a stopped bench loses nothing. One file holds one kind of machine and one size of
 * batch: another is refused.
 */
export function openResults(path, settings) {
  const file = resolve(path);
  const held = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { settings, runs: {} };
  const [has, wants] = [held.settings, settings].map((one) => JSON.stringify(one));
  if (has !== wants)
    throw stop(`[bench] ${file}: expected results of ${wants}, found results of ${has}. Name another file with --results.`, 2);
  return {
    /** Lists by contestant, to be added to. */
    of: (key) => (held.runs[key] ??= {}),
    forget: (key) => void delete held.runs[key],
    save: () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, `${JSON.stringify(held, null, 1)}\n`);
      renameSync(`${file}.new`, file);
    },
  };
}
