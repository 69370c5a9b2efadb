import { resolve } from "node:path";
import { badDataFlag, unusedDataFlag } from "./errors.js";

/** Where data sets lie, by the name after `use`. */
export type Roots = ReadonlyMap<string, string>;

/** The `NAME=PATH` texts of `--data` as a map; paths are taken from the working folder. Throws cli/data. */
export const rootsOf = (texts: readonly string[]): Roots =>
  new Map(
    texts.map((text) => {
      const equals = text.indexOf("=");
      if (equals < 1 || equals === text.length - 1) throw badDataFlag(text);
      return [text.slice(0, equals), resolve(text.slice(equals + 1))];
    }),
  );

/** A `--data` that no data set of the configuration reads is a misspelling. Throws cli/data-unused. */
export const refuseUnused = (roots: Roots, uses: readonly string[]): void => {
  const names = uses.flatMap((use) => [use, use.split("#").at(-1)!]);
  for (const name of roots.keys()) if (!names.includes(name)) throw unusedDataFlag(name, [...new Set(uses)]);
};
