import { check } from "../config/check.js";
import { isMapping, type Mapping } from "../config/merge.js";
import type { Source } from "../config/read.js";
import { sweepSchema } from "../config/schema.js";
import { laidOver, pathOf } from "../config/set.js";
import { badSweepSet, noSuchEntry, noValidationToChooseOn, sameEntry, takenEntryName } from "./errors.js";

/** A configuration with some values changed. */
export interface Variant {
  /** What is changed, by dotted path; nothing for the plain configuration. */
  readonly sets: Mapping;
  /** The whole configuration, without `sweep`. */
  readonly source: Source;
}

/** One run of a sweep. Of one that is chosen `sets` and `source` are those of its first try, until the choice is made. */
export interface Entry extends Variant {
  /** Of its folder and its row. */
  readonly name: string;
  /** What it is chosen among on validation data; none where it is what its `set` says. */
  readonly tries: readonly Variant[];
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
/** What is the same for all tries of an entry, with the reason. */
const sharedByTries = { data: "is that of all tries, which are measured on one data.validation. Put data beside sweep" };

/**
 * The runs that `sweep` of a configuration asks for, in order: the configuration as it is ("plain", unless switched off), then every entry laid over it. Null where there is no sweep.
 * A name that is left out is made of the last part of every path and its value: `rate-0.0001`, `without-logits-kl`. What an entry comes to is not checked here.
 *
 * Throws config/… for what `sweep` itself has wrong, sweep/set, sweep/name-taken, sweep/same-name, sweep/choose where there is no data.validation to choose on. Source: our choice.
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
    const name = nameIn(entry);
    const at = source.at([...path, i, "name"]);
    if (taken.includes(name.toLowerCase()) || (plain && name.toLowerCase() === plainName)) throw takenEntryName(at, name);
    const twin = entries.findIndex((other) => nameIn(other).toLowerCase() === name.toLowerCase());
    if (twin < i) throw sameEntry(at, name, twin, i);
    const { set, choose = [] } = entry;
    if (choose.length > 0 && isMapping(value["data"]) && value["data"]["validation"] === undefined)
      throw noValidationToChooseOn(source.at([...path, i, "choose"]), name);
    const tries = choose.map((sets, n) => variant(base, sets, [...path, i, "choose", n], { ...shared, ...sharedByTries }));
    return { name, ...(tries[0] ?? variant(base, set!, [...path, i, "set"], shared)), tries };
  });
  return plain ? [{ name: plainName, sets: {}, source: base, tries: [] }, ...all] : all;
};

/** A configuration with the values of one `set` laid over it, which stands at a path of its file; `refused` by the first part of a path, with the reason. */
const variant = (base: Source, sets: Mapping, at: readonly (string | number)[], refused: Readonly<Record<string, string>>): Variant => {
  const overrides = Object.entries(sets).map(([text, value]) => {
    const here = base.at([...at, text]);
    const fail = (why: string): Error => badSweepSet(here, text, why);
    const parts = pathOf(text);
    if (parts === null) throw fail("has an empty or forbidden part");
    if (Object.hasOwn(refused, parts[0]!)) throw fail(refused[parts[0]!]!);
    return { path: parts, value, at: here, isGiven: false, fail };
  });
  return { sets, source: laidOver(base, overrides) };
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

/** One that is chosen has a name of its own. */
const nameIn = ({ name, set = {} }: { readonly name?: string | undefined; readonly set?: Mapping | undefined }): string =>
  name ?? nameOf(set);

/** A folder's name from what is set; what is no letter, digit, dot or underline becomes a dash. */
const nameOf = (sets: Mapping): string =>
  Object.entries(sets)
    .map(([path, value]) => `${path.split(".").at(-1)!}-${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("-")
    .replace(/[^A-Za-z0-9._]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|-+$/g, "")
    .slice(0, mostLetters) || "entry";
