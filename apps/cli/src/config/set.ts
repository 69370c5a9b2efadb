import { badSet } from "./errors.js";
import { has } from "./extends.js";
import type { Source } from "./read.js";
import { dotted } from "./shown.js";
import { isForbidden, mostBytes, parseYaml } from "./yaml.js";

type Tree = Record<string, unknown> | unknown[];
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/** One value laid over a configuration. */
export interface Override {
  readonly path: readonly string[];
  /** `null` takes the key out. */
  readonly value: unknown;
  /** What messages call the place that says so. */
  readonly at: string;
  /** Whether the user gave it on the command line. */
  readonly isGiven: boolean;
  /** The error for a path that cannot be followed. */
  readonly fail: (why: string) => Error;
}

/**
 * A source with values laid over it, in order. Numbers in a path count list entries from 0; mappings that are missing on the way are made. Throws what
 * `fail` makes where a path leads into a list that has no such entry, or into a single value.
 */
export const laidOver = (source: Source, overrides: readonly Override[]): Source => {
  const value = structuredClone(source.value) as Record<string, unknown>;
  for (const override of overrides) put(value, { ...override, value: structuredClone(override.value) });
  const set = overrides.map(({ path, ...how }) => ({ ...how, path: dotted(path) }));
  const covering = (here: string) => set.findLast((s) => here === s.path || here.startsWith(`${s.path}.`));
  const at: Source["at"] = (path) => {
    const here = dotted(path);
    const over = covering(here) ?? (has(source.value, path) ? undefined : set.find((s) => s.path.startsWith(`${here}.`))); // made on the way
    return over ? over.at : source.at(path);
  };
  const isGiven: Source["isGiven"] = (path) => covering(dotted(path))?.isGiven ?? source.isGiven(path);
  return { file: source.file, value, at, isGiven };
};

/** A source with `a.b=value` texts laid over it, in order; values are YAML ("3", "[0, 1]", "{ poly: 0.9 }"). As {@link laidOver}. Throws config/set. */
export const overlay = (source: Source, texts: readonly string[]): Source =>
  laidOver(
    source,
    texts.map((text) => ({ ...parsed(text), at: `--set ${text}`, isGiven: true, fail: (why) => badSet(text, why) })),
  );

/** The parts of a dotted path; null where one is empty or a name that every object has. */
export const pathOf = (text: string): readonly string[] | null => {
  const path = text.trim().split(".");
  return path.some((part) => part === "" || isForbidden(part)) ? null : path;
};

const parsed = (text: string): Pick<Override, "path" | "value"> => {
  const equals = text.indexOf("=");
  if (equals < 1) throw badSet(text, equals < 0 ? 'has no "="' : 'has nothing before "="');
  const path = pathOf(text.slice(0, equals));
  if (path === null) throw badSet(shortened(text), "has an empty or forbidden part in its path");
  if (path[0] === "extends") throw badSet(text, "comes too late: what a configuration extends is read first");
  if (text.length > mostBytes) throw badSet(shortened(text), `has ${text.length} letters, more than ${mostBytes}`);
  const found = parseYaml(text.slice(equals + 1));
  if (!("problem" in found)) return { path, value: found.value };
  const { kind, why } = found.problem;
  if (kind === "refused") throw badSet(shortened(text), why);
  throw badSet(shortened(text), `has a value that is not valid YAML: ${kind === "yaml" ? why : `key "${why}" stands twice`}`);
};

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const put = (into: Record<string, unknown>, { path, value: found, fail }: Override): void => {
  let here: Tree = into;
  for (const [n, part] of path.entries()) {
    const last = n === path.length - 1;
    if (Array.isArray(here)) {
      const index = Number(part);
      if (!Number.isInteger(index) || index < 0 || index >= here.length)
        throw fail(`asks for entry "${part}" of ${dotted(path.slice(0, n))}, which is a list of ${here.length} (counted from 0)`);
      if (last && found === null) here.splice(index, 1);
      else if (last) here[index] = found;
      else here = stepInto(here[index], path, n, fail);
      continue;
    }
    if (last && found === null) Reflect.deleteProperty(here, part);
    else if (last) here[part] = found;
    else {
      if (!Object.hasOwn(here, part) || here[part] === null) here[part] = {};
      here = stepInto(here[part], path, n, fail);
    }
  }
};

const stepInto = (value: unknown, path: readonly string[], n: number, fail: Override["fail"]): Tree => {
  if (!isTree(value)) throw fail(`goes into ${dotted(path.slice(0, n + 1))}, which is a single value and holds no keys`);
  return value;
};
