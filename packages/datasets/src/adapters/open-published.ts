import type { DataSet } from "@segdistill/core/contract";
import { readPicture } from "../readers/picture.js";
import { groupsOf } from "./groups.js";
import { paired, type Named } from "./pairing.js";
import { leftOutWarning, withParts } from "./parts.js";
import { fitsOne } from "./place.js";
import type { PublishedSettings } from "./published-options.js";
import { publishedSet } from "./published-set.js";
import type { Root } from "./root.js";
import type { Parts } from "./split-by-group.js";
import { nameOf } from "./stem.js";
import { walk } from "./walk.js";

/** What a path says: a picture, or the mask of the picture with the id `of`; `isLeftOut` where it is known and not wanted. */
export interface Told {
  readonly of: string;
  readonly isMask: boolean;
  readonly isLeftOut?: boolean;
}

/** How a published set of pictures with masks beside them lies in its folder. */
export interface Form {
  readonly name: string;
  /** The name, unless said. */
  readonly domain?: string;
  readonly classes: readonly string[];
  /** How many pictures the whole set has, those left out among them. */
  readonly official: number;
  /** Null for a picture file that is no part of the set. */
  readonly tell: (path: string) => Told | null;
  /** Whether several masks of a picture are one drawing. */
  readonly unites?: boolean;
  /** The mask that a picture of this id should have, for the message. */
  readonly expected: (id: string) => string;
  /** The groups where the option `group` gives none, and what a user should know of them. */
  readonly groups: (pictures: readonly Pictured[]) => Promise<Groups> | Groups;
  /** The set's own parts without `all`. */
  readonly parts: (cases: readonly { readonly id: string; readonly group: string }[]) => Parts;
  /** What a user should know whatever the groups are. */
  readonly warnings?: readonly string[];
  /** The class index of what the masks of a picture mark, 1 unless said. */
  readonly marks?: (id: string) => number;
}

export interface Pictured {
  readonly id: string;
  readonly read: () => ReturnType<typeof readPicture>;
}
export interface Groups {
  readonly of: (id: string) => string;
  readonly warnings: readonly string[];
}

/** Groups where nothing is known of patients. */
export const everyPicture = (name: string): Groups => ({
  of: (id) => id,
  warnings: [`[${name}] patients unknown: every picture is a group of its own. Give group, if you know more.`],
});

/**
 * Opens a published set whose pictures and masks lie in at most two levels of folders and are told apart by their names.
 *
 * @throws pictures without mask (unless `unlabelled`), masks without picture, several files of one name; wrong groups and parts. Reading: see {@link publishedSet}.
 */
export async function openPublished(form: Form, { unlabelled, skip, group, parts }: PublishedSettings, root: Root): Promise<DataSet> {
  const { name, tell, marks } = form;
  const isSkipped = fitsOne(skip);
  const [pictures, masks, strange]: [Named[], Named[], string[]] = [[], [], []];
  let count = 0;
  for (const file of await walk(root.folder, 2)) {
    if (nameOf(file.path).kind !== "picture" || isSkipped(file.path)) continue;
    const told = tell(file.path);
    if (told === null) strange.push(file.path);
    else if (!told.isMask) count++;
    if (told !== null && told.isLeftOut !== true) (told.isMask ? masks : pictures).push({ ...file, key: told.of });
  }
  const pairs = paired(pictures, masks, {
    name,
    combine: form.unites === true ? "or" : "error",
    unlabelled,
    isFree: false,
    expected: form.expected,
  });
  const ids = pictures.map(({ key }) => key);
  const own = async (): Promise<Groups> => form.groups(pictures.map(({ key, file }) => ({ id: key, read: () => readPicture(file) })));
  const groupOf = group === undefined ? undefined : await groupsOf(name, root.folder, group, ids);
  const groups = groupOf === undefined ? await own() : { of: (id: string) => groupOf.get(id)!, warnings: [] };
  const cases = pictures.map((image) => ({
    id: image.key,
    group: groups.of(image.key),
    image,
    masks: pairs.masks.get(image.key)!,
    ...(marks && { marks: marks(image.key) }),
  }));
  const splits = withParts(name, cases, form.parts(cases), parts);
  return publishedSet({
    name,
    ...(form.domain !== undefined && { domain: form.domain }),
    classes: form.classes,
    cases,
    splits,
    warnings: [
      ...root.warnings,
      ...(count === form.official ? [] : [`[${name}] ${String(count)} pictures found, the whole set has ${String(form.official)}.`]),
      ...(strange.length === 0
        ? []
        : [`[${name}] ${String(strange.length)} files are no part of the set by their names, first "${strange[0]!}": left out.`]),
      ...pairs.warnings,
      ...(form.warnings ?? []),
      ...groups.warnings,
      ...leftOutWarning(name, splits),
    ],
  });
}
