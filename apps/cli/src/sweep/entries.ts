import { check } from "../config/check.js";
import type { Mapping } from "../config/merge.js";
import type { Source } from "../config/read.js";
import { sweepSchema } from "../config/schema.js";
import { laidOver, pathOf } from "../config/set.js";
import { badSweepSet, noSuchEntry, sameEntry, takenEntryName } from "../errors.js";

/** One run of a sweep. */
export interface Entry {
  /** Of its folder and its row. */
  readonly name: string;
  /** What it changes, by dotted path; nothing for the plain configuration. */
  readonly sets: Mapping;
  /** The whole configuration, without `sweep`. */
  readonly source: Source;
}

/** What is the same for all runs of a sweep, with the reason. */
const shared: Readonly<Record<string, string>> = {
  extends: "comes too late: what a configuration extends is read first",
  name: "is that of all entries. Give the entry a name beside set",
  seed: "is that of all entries, which are compared seed by seed. Put seeds beside sweep",
  seeds: "is that of all entries, which are compared seed by seed. Put seeds beside sweep",
  sweep: "cannot stand in an entry. Write an entry for every run",
};
/** Files of a sweep's folder, and what `compare` takes for a model. */
const taken = ["sweep.md", "sweep.csv", "teacher", "baseline", "distilled", "second-observer"];
const plainName = "plain";

/**
 * The runs that `sweep` of a configuration asks for, in order: the configuration as it is ("plain", unless switched off), then every entry laid over it. Null where there is no sweep.
 * A name that is left out is made of the last part of every path and its value: `rate-0.0001`, `without-logits-kl`. What an entry comes to is not checked here.
 *
 * Throws config/… for what `sweep` itself has wrong, sweep/set, sweep/name-taken, sweep/same-name. Source: our choice.
 */
export const sweepOf = (source: Source): readonly Entry[] | null => {
  const asked = source.value["sweep"];
  if (asked === undefined) return null;
  const sweep = check(sweepSchema, asked, { at: source.at, path: ["sweep"] });
  const { plain, entries, path } = Array.isArray(sweep)
    ? { plain: true, entries: sweep, path: ["sweep"] }
    : { ...sweep, path: ["sweep", "entries"] };
  const { sweep: _, ...value } = source.value;
  void _;
  const base: Source = { ...source, value };
  const all = entries.map((entry, i): Entry => {
    const name = entry.name ?? nameOf(entry.set);
    const at = source.at([...path, i, "name"]);
    if (taken.includes(name.toLowerCase()) || (plain && name.toLowerCase() === plainName)) throw takenEntryName(at, name);
    const twin = entries.findIndex((other) => (other.name ?? nameOf(other.set)).toLowerCase() === name.toLowerCase());
    if (twin < i) throw sameEntry(at, name, twin, i);
    const overrides = Object.entries(entry.set).map(([text, found]) => {
      const here = source.at([...path, i, "set", text]);
      const fail = (why: string): Error => badSweepSet(here, text, why);
      const parts = pathOf(text);
      if (parts === null) throw fail("has an empty or forbidden part");
      if (Object.hasOwn(shared, parts[0]!)) throw fail(shared[parts[0]!]!);
      return { path: parts, value: found, at: here, isGiven: false, fail };
    });
    return { name, sets: entry.set, source: laidOver(base, overrides) };
  });
  return plain ? [{ name: plainName, sets: {}, source: base }, ...all] : all;
};

/** The entry of a name. Throws sweep/no-such-entry. */
export const entryNamed = (entries: readonly Entry[], asked: string): Entry => {
  const found = entries.find(({ name }) => name === asked);
  if (found) return found;
  throw noSuchEntry(
    asked,
    entries.map(({ name }) => name),
  );
};

const mostLetters = 60;

/** A folder's name from what is set; what is no letter, digit, dot or underline becomes a dash. */
const nameOf = (sets: Mapping): string =>
  Object.entries(sets)
    .map(([path, value]) => `${path.split(".").at(-1)!}-${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("-")
    .replace(/[^A-Za-z0-9._]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|-+$/g, "")
    .slice(0, mostLetters) || "entry";
