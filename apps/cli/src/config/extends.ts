import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { extendsInCircle, extendsMissing, extendsNoText, extendsOutside } from "./errors.js";
import { projectFolder } from "../resolve/project.js";
import { isMapping, merged, type Mapping } from "./merge.js";
import { readSource, type Source } from "./read.js";
import { shown } from "./shown.js";

/**
 * A configuration with those that it extends below it. `extends: base.yaml` names one file, from the folder of the file that says so; that one may extend
 * another. Mappings are merged deeply, lists and single values replaced, `null` takes out what the other has.
 *
 * What is read lies in the folder of the nearest package.json at or above the configuration, or in the configuration's own folder where there is none:
 * absolute paths, paths that lead out of it and links that do are refused, so that a configuration from a stranger cannot show other files in its messages.
 * Throws config/extends… with the chain of files, and all that {@link readSource} throws. [ours]
 */
export const readConfiguration = (file: string): Source => {
  const inside = projectFolder(dirname(resolve(file)));
  const chain: Source[] = [];
  const seen: string[] = [];
  for (let next: string | undefined = file; next !== undefined; ) {
    const source = readSource(next);
    seen.push(realpathSync(next));
    chain.push(source);
    next = baseOf(source, { chain: chain.map((one) => one.file), seen, inside });
  }
  const [own, ...bases] = chain;
  if (bases.length === 0) return own!;
  const folder = dirname(resolve(file));
  const values = chain.map(({ file, value }) => moved(bare(value), dirname(resolve(file)), folder));
  const value = values.reduceRight<Mapping>((base, over) => merged(base, over), {});
  return { file, value, at: placeIn(chain), isGiven: () => false };
};

interface Looking {
  /** Files as messages name them, the first that was asked for. */
  readonly chain: readonly string[];
  readonly seen: readonly string[];
  readonly inside: string;
}

/** The file that a source extends; undefined where it extends none. */
const baseOf = ({ file, value, at }: Source, { chain, seen, inside }: Looking): string | undefined => {
  if (!Object.hasOwn(value, "extends")) return undefined;
  const asked = value["extends"];
  const here = at(["extends"]);
  if (typeof asked !== "string" || asked === "") throw extendsNoText(here, shown(asked));
  if (isAbsolute(asked)) throw extendsOutside(here, asked, inside);
  const base = join(dirname(file), asked);
  if (!within(inside, resolve(base))) throw extendsOutside(here, asked, inside);
  if (!existsSync(base)) throw extendsMissing(here, asked, chain);
  const real = realpathSync(base);
  if (!within(realpathSync(inside), real)) throw extendsOutside(here, asked, inside);
  const circle = seen.indexOf(real);
  if (circle >= 0) throw extendsInCircle(here, [...chain.slice(circle), base]);
  return base;
};

/** Whether a path is a folder or lies below it; both as real paths or both as written. */
export const within = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

const bare = (value: Mapping): Mapping => Object.fromEntries(Object.entries(value).filter(([key]) => key !== "extends"));

/** Paths in a configuration are taken from its own folder: those of a file in another folder are rewritten. */
const moved = (value: Mapping, from: string, to: string): Mapping => {
  const teacher = value["teacher"];
  if (from === to || !isMapping(teacher) || !Object.hasOwn(teacher, "weights")) return value;
  const path = (given: unknown): unknown => (typeof given === "string" && !isAbsolute(given) ? relative(to, join(from, given)) : given);
  const { weights } = teacher;
  const both = isMapping(weights) ? Object.fromEntries(Object.entries(weights).map(([key, inner]) => [key, path(inner)])) : path(weights);
  return { ...value, teacher: { ...teacher, weights: both } };
};

/** A place is in the first file of the chain that has the key; for a key that none has, the nearest thing around it. */
const placeIn =
  (chain: readonly Source[]): Source["at"] =>
  (path) => {
    for (let n = path.length; n > 0; n--) {
      const part = path.slice(0, n);
      const found = chain.find(({ value }) => has(value, part));
      if (found) return found.at(part);
    }
    return chain[0]!.file;
  };

/** Whether a value has something of its own at a path. */
export const has = (value: unknown, path: readonly (string | number)[]): boolean => {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return false;
    here = (here as Record<string | number, unknown>)[key];
  }
  return true;
};
