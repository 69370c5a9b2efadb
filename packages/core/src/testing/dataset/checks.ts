import type { Case, DataSet, Mask, Raster } from "../../contract/index.js";
import type { Check } from "../runner.js";
import type { DatasetConformance, DatasetSubject } from "./describe-dataset.js";
import * as say from "./errors.js";

/** Every check of a data set; the last one only where the author counts what is read. */
export const datasetChecks = (options: DatasetConformance): readonly Check<DatasetSubject>[] => [
  { name: "ids are unique and safe as paths", holds: ids },
  { name: "it opens alike every time", holds: opensAlike },
  { name: "the part all names every case once", holds: allComplete },
  { name: "parts name whole groups", holds: wholeGroups },
  { name: "names, warnings and spacing are well formed", holds: wellFormed },
  { name: "labels are of the classes", holds: labelsInRange },
  { name: "image, label and field of view agree", holds: sizesAgree },
  { name: "a case reads alike every time", holds: readsAlike },
  { name: "the fingerprint follows from the contents", holds: fingerprintStable },
  ...(options.pictureReads ? [{ name: "opening reads no picture", holds: opensLazily }] : []),
];

async function opened({ name, open }: DatasetSubject): Promise<DataSet> {
  const set = await open();
  if (set.cases.length === 0) throw say.noCases(name);
  return set;
}
/** Some cases, spread over the set: the first and the last among them. */
const some = (all: readonly Case[], { cases = 6 }: DatasetSubject): readonly Case[] =>
  all.length <= cases ? all : Array.from({ length: cases }, (_, i) => all[Math.round((i * (all.length - 1)) / Math.max(1, cases - 1))]!);
const twice = (values: readonly string[]): readonly string[] => [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];

const unsafe = /^$|^\/|^[a-zA-Z]:|\\|[\u0000-\u001f\u007f]|(^|\/)(\.{0,2})(\/|$)/;
async function ids(subject: DatasetSubject): Promise<void> {
  const all = (await opened(subject)).cases.map(({ id }) => id);
  const double = twice(all);
  if (double.length > 0) throw say.idTwice(subject.name, double);
  const bad = all.filter((id) => unsafe.test(id) || id.length > 240);
  if (bad.length > 0) throw say.idUnsafe(subject.name, bad);
}

async function opensAlike(subject: DatasetSubject): Promise<void> {
  const [one, other] = [await opened(subject), await opened(subject)];
  const of = (set: DataSet): Record<string, unknown> => ({
    ids: set.cases.map(({ id }) => id),
    groups: set.cases.map(({ group }) => group),
    parts: set.splits,
    classes: set.classes,
  });
  for (const [what, value] of Object.entries(of(one))) {
    const [first, second] = [JSON.stringify(value), JSON.stringify(of(other)[what])];
    if (first !== second) throw say.opensOtherwise(subject.name, what, short(first), short(second));
  }
}
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

async function allComplete(subject: DatasetSubject): Promise<void> {
  const { cases, splits } = await opened(subject);
  const all = splits["all"];
  if (!all) throw say.noAll(subject.name, Object.keys(splits));
  const missing = [...cases.map(({ id }) => id).filter((id) => !all.includes(id)), ...twice(all)];
  if (missing.length > 0) throw say.allIncomplete(subject.name, missing);
}

async function wholeGroups(subject: DatasetSubject): Promise<void> {
  const { cases, splits } = await opened(subject);
  const groupOf = new Map(cases.map(({ id, group }) => [id, group]));
  const sizes = new Map<string, number>();
  for (const { group } of cases) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const exclusive = new Map<string, string>();
  for (const [part, members] of Object.entries(splits)) {
    const strange = [...members.filter((id) => !groupOf.has(id)), ...(part === "all" ? [] : twice(members))];
    if (strange.length > 0) throw say.partUnknown(subject.name, part, strange);
    const inside = new Map<string, number>();
    for (const id of new Set(members)) inside.set(groupOf.get(id)!, (inside.get(groupOf.get(id)!) ?? 0) + 1);
    for (const [group, count] of inside) {
      if (part !== "all" && count !== sizes.get(group)) throw say.groupDivided(subject.name, group, part, count, sizes.get(group)!);
      if (!["train", "validation", "test"].includes(part)) continue;
      const other = exclusive.get(group);
      if (other !== undefined) throw say.groupShared(subject.name, group, other, part);
      exclusive.set(group, part);
    }
  }
}

async function wellFormed(subject: DatasetSubject): Promise<void> {
  const set = await opened(subject);
  const text = (what: string, value: unknown): void => {
    if (typeof value !== "string" || value.trim() === "") throw say.notText(subject.name, what, value);
  };
  text("the name", set.name);
  text("the domain", set.domain);
  for (const [i, warning] of set.warnings.entries()) text(`warning ${i}`, warning);
  if (set.classes.length < 2 || twice(set.classes).length > 0 || set.classes.some((name) => name.trim() === ""))
    throw say.classesUnnamed(subject.name, set.classes);
  const slices = new Set<string>();
  for (const { id, group, domain, spacingMm, volume } of set.cases) {
    text(`the group of case "${id}"`, group);
    text(`the domain of case "${id}"`, domain);
    if (spacingMm !== null && !((spacingMm as readonly number[]).length === 2 && spacingMm.every((mm) => Number.isFinite(mm) && mm > 0)))
      throw say.spacingWrong(subject.name, id, spacingMm);
    if (!volume) continue;
    const slice = `${volume.id}/${String(volume.slice)}`;
    const isThere = Number.isInteger(volume.slice) && volume.slice >= 0 && volume.slice < volume.slices;
    if (!isThere || slices.has(slice)) throw say.sliceWrong(subject.name, id, volume.id, volume.slice, volume.slices);
    slices.add(slice);
  }
}

async function labelsInRange(subject: DatasetSubject): Promise<void> {
  const { cases, classes } = await opened(subject);
  for (const one of some(cases, subject))
    for (const mask of [await one.label(), await one.secondObserver()]) {
      const wrong = mask?.data.find((value) => value >= classes.length && value !== 255);
      if (wrong !== undefined) throw say.labelOutOfRange(subject.name, one.id, wrong, classes.length);
    }
}

async function sizesAgree(subject: DatasetSubject): Promise<void> {
  const who = subject.name;
  const { cases } = await opened(subject);
  let channels: number | undefined;
  for (const one of some(cases, subject)) {
    const image = await one.image();
    full(who, one.id, "image", image, image.channels);
    if (!image.data.every((pixel) => Number.isFinite(pixel))) throw say.pixelNotFinite(who, one.id);
    channels ??= image.channels;
    if (image.channels !== channels) throw say.channelsVary(who, one.id, channels, image.channels);
    const fieldOfView = await one.fieldOfView();
    const masks = { label: await one.label(), "field of view": fieldOfView, "second observer": await one.secondObserver() };
    for (const [what, mask] of Object.entries(masks)) {
      if (!mask) continue;
      if (mask.height !== image.height || mask.width !== image.width)
        throw say.sizesDisagree(who, one.id, what, sizeOf(image), sizeOf(mask));
      full(who, one.id, what, mask, 1);
    }
    const strange = fieldOfView?.data.find((value) => value > 1);
    if (strange !== undefined) throw say.maskNotBinary(who, one.id, strange);
  }
}
const sizeOf = ({ height, width }: Mask | Raster): string => `${height} × ${width}`;
function full(who: string, id: string, what: string, picture: Mask | Raster, channels: number): void {
  const expected = picture.height * picture.width * channels;
  if (picture.data.length !== expected || !(expected > 0))
    throw say.dataLength(who, id, what, `${sizeOf(picture)} × ${channels}`, expected, picture.data.length);
}

async function readsAlike(subject: DatasetSubject): Promise<void> {
  const [one, other] = [await opened(subject), await opened(subject)];
  for (const first of some(one.cases, subject)) {
    const again = [first, ...other.cases.filter(({ id }) => id === first.id)];
    for (const what of ["image", "label", "fieldOfView"] as const) {
      const bytes = await bytesOf(first, what); // copied: the next reading may give the same object
      for (const second of again) if (!bytes.equals(await bytesOf(second, what))) throw say.readOtherwise(subject.name, first.id, what);
    }
  }
}
async function bytesOf(of: Case, what: "image" | "label" | "fieldOfView"): Promise<Buffer> {
  const read = await of[what]();
  return read ? Buffer.from(new Uint8Array(read.data.buffer, read.data.byteOffset, read.data.byteLength)) : Buffer.alloc(0);
}

async function fingerprintStable(subject: DatasetSubject): Promise<void> {
  const [one, other] = [await opened(subject), await opened(subject)];
  const [first, again, second] = [await one.fingerprint(), await one.fingerprint(), await other.fingerprint()];
  if (!/^[0-9a-f]{64}$/.test(first)) throw say.fingerprintForm(subject.name, first);
  for (const found of [again, second]) if (found !== first) throw say.opensOtherwise(subject.name, "fingerprint", first, found);
}

async function opensLazily(subject: DatasetSubject): Promise<void> {
  const reads = subject.pictureReads!;
  const before = reads();
  const { cases } = await opened(subject);
  if (reads() !== before) throw say.readEarly(subject.name, reads() - before);
  await cases[0]!.image();
  if (reads() === before) throw say.notCounted(subject.name);
}
