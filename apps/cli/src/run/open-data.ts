import type { Case, DataSet } from "@segdistill/core/contract";
import type { Resolved } from "../config/configure.js";
import type { DataEntry } from "../config/schema.js";
import { emptyPart, noSuchSplit, otherClasses, sharedGroups, unseenLearnt } from "./errors.js";
import { find } from "../resolve/offers.js";
import { make } from "../resolve/options.js";
import { labelledShare } from "./labelled-share.js";
import type { Roots } from "./roots.js";

/** The cases of one part of a run. */
export interface Part {
  readonly set: DataSet;
  readonly cases: readonly Case[];
  readonly unseen: boolean;
  /** The entry with the options that the set's own package filled in. */
  readonly entry: DataEntry;
}
export interface Opened {
  readonly train: Part;
  readonly unlabelled?: Part;
  readonly validation?: Part;
  readonly test: Readonly<Record<string, Part>>;
}

/** Where data and messages are looked for. */
export interface Looking {
  readonly at: (path: readonly string[]) => string;
  readonly folder: string;
  readonly roots: Roots;
  /** The root that was recognised for a data set of ours that no `--data` names. */
  readonly detected: (name: string) => string | undefined;
}

/** Data sets that were opened, by what was asked for. */
export type Sets = Map<string, Promise<DataSet>>;

/** One part of a run: the cases that an entry's split names, of a data set that is opened once for all entries that name it with equal options. */
export const openPart = async (path: readonly string[], entry: DataEntry, looking: Looking, sets: Sets = new Map()): Promise<Part> => {
  const at = looking.at(path);
  const { use, split, unseen, ...written } = entry;
  const found = await find("datasets", use, looking.folder, at);
  const { made, options } = make(found.offered, written, { at: looking.at as never, path, beside: ["use", "split", "unseen"] });
  const key = JSON.stringify([found.use, options]);
  const root = looking.roots.get(use) ?? looking.roots.get(found.name) ?? looking.detected(found.name);
  const set = await (sets.get(key) ?? sets.set(key, made(root)).get(key)!);
  const ids = Object.hasOwn(set.splits, split) ? set.splits[split] : undefined;
  if (!ids) throw noSuchSplit(at, use, split, Object.keys(set.splits));
  if (ids.length === 0) throw emptyPart(at, use, split);
  const wanted = new Set(ids);
  const resolved: DataEntry = { use, split, ...(path[1] === "test" && { unseen: unseen === true }), ...(options as Record<string, never>) };
  return { set, cases: set.cases.filter(({ id }) => wanted.has(id)), unseen: unseen === true, entry: resolved };
};

/**
 * Opens every data set of a configuration once and takes the parts' cases. With `data.labelled` the training part is the labelled share, and the unlabelled part, if `sample` asks
 * for one and `data` names none, the rest. Throws where a split, a class list or a patient is wrong.
 */
export const openData = async (
  { data, sample }: Pick<Resolved, "data"> & { readonly sample?: Pick<Resolved["sample"], "unlabelled"> },
  looking: Looking,
  sets: Sets = new Map(),
): Promise<Opened> => {
  const part = (path: readonly string[], entry: DataEntry): Promise<Part> => openPart(path, entry, looking, sets);
  const all = await part(["data", "train"], data.train);
  const { labelled, others } = data.labelled ? labelledShare(all.cases, data.labelled) : { labelled: all.cases, others: [] };
  const train = { ...all, cases: labelled };
  const rest = sample?.unlabelled !== undefined && others.length > 0 ? { ...all, cases: others } : undefined;
  const unlabelled = data.unlabelled ? await part(["data", "unlabelled"], data.unlabelled) : rest;
  const validation = data.validation && (await part(["data", "validation"], data.validation));
  const test: Record<string, Part> = {};
  for (const [domain, entry] of Object.entries(data.test)) test[domain] = await part(["data", "test", domain], entry);
  const opened = { train, ...(unlabelled && { unlabelled }), ...(validation && { validation }), test };
  refuseMixedParts(opened, looking);
  return opened;
};

const refuseMixedParts = ({ train, unlabelled, validation, test }: Opened, { at }: Looking): void => {
  const others: [readonly string[], Part][] = Object.entries(test).map(([domain, part]) => [["data", "test", domain], part]);
  if (validation) others.unshift([["data", "validation"], validation]);
  for (const [path, { set, entry }] of others)
    if (set.classes.join("\n") !== train.set.classes.join("\n")) throw otherClasses(at(path), entry.use, set.classes, train.set.classes);
  const learnt: [string, Part][] = [
    ["train", train],
    ...(unlabelled ? [["unlabelled", unlabelled] as [string, Part]] : []),
    ...(validation ? [["validation", validation] as [string, Part]] : []),
  ];
  for (const [name, part] of learnt)
    for (const [path, other] of others) {
      if (other.unseen && isSameSource(other.set, part.set))
        throw unseenLearnt(at([...path, "unseen"]), path.at(-1)!, name, part.set.domain, other.set.domain);
      if (other === part || other.set !== part.set) continue;
      const groups = new Set(part.cases.map(({ group }) => group));
      const shared = [...new Set(other.cases.map(({ group }) => group).filter((group) => groups.has(group)))];
      if (shared.length > 0) throw sharedGroups(name, path.slice(1).join("."), shared);
    }
};

/** Whether two sets are of one source: the same domain, or one whose people the other shows too. */
const isSameSource = (one: DataSet, other: DataSet): boolean =>
  one.domain === other.domain || one.samePeople?.includes(other.domain) === true || other.samePeople?.includes(one.domain) === true;
