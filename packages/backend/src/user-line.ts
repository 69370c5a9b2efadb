import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);
/** This package's code: its two folders, or, where somebody has bundled it into a file of their own, that file. */
const own = ["src", "dist"].includes(basename(dirname(here)))
  ? ["src", "dist"].map((name) => join(dirname(here), "..", name) + sep)
  : [here];
const isOurs = (file: string): boolean => own.some((start) => file.startsWith(start)) && !/\.test\.ts$|\/testing\//.test(file);
const isTfjs = (file: string): boolean => /[\\/]@tensorflow[\\/]tfjs/.test(file);

/** How deep gradients of tfjs nest below a user's line. */
const depth = 60;

/**
 * The line of code outside of this package, tfjs and Node that led here, as `file:line:column` with the file relative to the working directory; null where
 * the stack has none. Sees synchronous calls only.
 */
export function userLine(): string | null {
  const old = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = old;
  for (const frame of stack.split("\n").slice(1)) {
    const [, place = "", line, column] = /^\s*at (?:.*\()?(?:async )?(.+?):(\d+):(\d+)\)?$/.exec(frame) ?? [];
    if (line === undefined || column === undefined || place.startsWith("node:")) continue;
    const file = place.startsWith("file:") ? fileURLToPath(place) : place;
    if (isOurs(file) || isTfjs(file)) continue;
    const near = relative(process.cwd(), file);
    return `${near.startsWith("..") ? file : near}:${line}:${column}`;
  }
  return null;
}
