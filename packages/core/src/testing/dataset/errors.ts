import { failed } from "../failed.js";
import type { AssertionError } from "node:assert";

const listed = (all: readonly string[]): string =>
  `${all
    .slice(0, 5)
    .map((one) => JSON.stringify(one))
    .join(", ")}${all.length > 5 ? ` and ${all.length - 5} more` : ""}`;

export const noCases = (who: string): AssertionError =>
  failed(who, "at least one case", "none", "Open it on a folder with pictures, or on a small twin of one.");
export const idTwice = (who: string, ids: readonly string[]): AssertionError =>
  failed(who, "ids that are unique in the set", `${listed(ids)} twice`, "Make the id of the path below the root.");
export const idUnsafe = (who: string, ids: readonly string[]): AssertionError =>
  failed(
    who,
    'ids that are relative paths with "/", without "..", empty parts or control characters',
    listed(ids),
    "Make the id of the path below the root, without extension.",
  );
export const opensOtherwise = (who: string, what: string, first: string, second: string): AssertionError =>
  failed(
    who,
    `the same ${what} whenever it is opened`,
    `${first}, then ${second}`,
    "Sort what the file system gives, and draw nothing at random.",
  );
export const noAll = (who: string, parts: readonly string[]): AssertionError =>
  failed(who, 'a part "all"', `parts ${listed(parts) || "none"}`, "Add splits.all with the ids of every case.");
export const allIncomplete = (who: string, missing: readonly string[]): AssertionError =>
  failed(
    who,
    'every case once in the part "all"',
    `${listed(missing)} missing or there twice`,
    "Let splits.all be cases.map(({ id }) => id).",
  );
export const partUnknown = (who: string, part: string, ids: readonly string[]): AssertionError =>
  failed(who, `ids of cases in the part "${part}", each once`, listed(ids), "Write the ids as the cases have them.");
export const groupDivided = (who: string, group: string, part: string, inside: number, of: number): AssertionError =>
  failed(who, "whole groups in every part", `${inside} of ${of} cases of group "${group}" in "${part}"`, "Split by group, never by case.");
export const groupShared = (who: string, group: string, one: string, other: string): AssertionError =>
  failed(
    who,
    "no group in two of train, validation and test",
    `group "${group}" in "${one}" and "${other}"`,
    "Give each group to one of them.",
  );
export const classesUnnamed = (who: string, classes: readonly string[]): AssertionError =>
  failed(who, "two or more classes with names of their own", listed(classes) || "none", "Name the background first, then every class.");
export const labelOutOfRange = (who: string, id: string, value: number, classes: number): AssertionError =>
  failed(
    who,
    `labels of 0 to ${classes - 1}, or 255 where nothing is known`,
    `${value} in case "${id}"`,
    "Turn the file's values into class indices, or add the class's name.",
  );
export const dataLength = (who: string, id: string, what: string, shape: string, expected: number, found: number): AssertionError =>
  failed(
    who,
    `${expected} numbers in the ${what} of case "${id}" (${shape})`,
    String(found),
    "Let data hold one number a pixel and channel, row by row.",
  );
export const sizesDisagree = (who: string, id: string, what: string, image: string, found: string): AssertionError =>
  failed(
    who,
    `the ${what} of case "${id}" as large as its image, ${image}`,
    found,
    "Pair the files by name, and refuse a pair of two sizes.",
  );
export const pixelNotFinite = (who: string, id: string): AssertionError =>
  failed(who, `finite pixels in the image of case "${id}"`, "NaN or infinity", "Replace what the file leaves out while reading.");
export const maskNotBinary = (who: string, id: string, value: number): AssertionError =>
  failed(who, `0 and 1 in the field of view of case "${id}"`, String(value), "Make 1 of every value that is inside.");
export const channelsVary = (who: string, id: string, expected: number, found: number): AssertionError =>
  failed(who, `${expected} channels in every image`, `${found} in case "${id}"`, "Read every picture in one form.");
export const readOtherwise = (who: string, id: string, what: string): AssertionError =>
  failed(
    who,
    `the same ${what} of case "${id}" whenever it is read`,
    "other bytes",
    "Draw nothing at random while reading, and write into no picture that was given out.",
  );
export const fingerprintForm = (who: string, found: string): AssertionError =>
  failed(
    who,
    "a fingerprint of 64 hexadecimal digits",
    JSON.stringify(found),
    "Give the SHA-256 over sorted (id, size, SHA-256 of the file).",
  );
export const readEarly = (who: string, reads: number): AssertionError =>
  failed(who, "no picture read while the set is opened", `${reads} read`, "Read inside image() and label(), not before.");
export const notCounted = (who: string): AssertionError =>
  failed(
    who,
    "pictureReads to count a picture that is read",
    "the same number as before",
    "Count where pictures are read, or leave pictureReads out.",
  );
export const notText = (who: string, what: string, found: unknown): AssertionError =>
  failed(
    who,
    `${what} to be a text that is not empty`,
    found === undefined ? "nothing" : JSON.stringify(found),
    "Say in it what a user should know.",
  );
export const sliceWrong = (who: string, id: string, volume: string, slice: number, slices: number): AssertionError =>
  failed(
    who,
    `case "${id}" as a slice of volume "${volume}" that no other case is, from 0 to ${slices - 1}`,
    String(slice),
    "Count the slices of a volume from 0, each once.",
  );
export const spacingWrong = (who: string, id: string, found: readonly number[]): AssertionError =>
  failed(
    who,
    `[row, column] above 0 in mm, or null, as spacing of case "${id}"`,
    JSON.stringify(found),
    "Give null where the set has none.",
  );
