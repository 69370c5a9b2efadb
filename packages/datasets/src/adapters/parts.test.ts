import { expect, test } from "vitest";
import { userError } from "../errors.js";
import { folderOptions } from "./folder-options.js";
import { leftOutWarning, withParts } from "./parts.js";

const cases = ["a/1", "a/2", "b/1", "b/10", "c/3"].map((id) => ({ id, group: id[0]! }));
const own = { train: ["a/1", "a/2"], test: ["b/1", "b/10"], all: cases.map(({ id }) => id) };

test("without the option the set's own parts stay; other names stand beside them", () => {
  expect(withParts("x", cases, own, undefined)).toEqual(own);
  expect(withParts("x", cases, own, { few: ["a/2.png"], rest: ["b/10", "3"] })).toEqual({ ...own, few: ["a/2"], rest: ["b/10", "c/3"] });
});

test("one of train, validation and test replaces all three, val is validation, ids stand in the set's order", () => {
  const parts = withParts("x", cases, { ...own, half: ["c/3"] }, { val: ["b/10", "b/1"] });
  expect(parts).toEqual({ half: ["c/3"], validation: ["b/1", "b/10"], all: own.all });
  expect(leftOutWarning("x", parts)).toEqual(["[x] 2 of 5 pictures are in no part of the split."]);
  expect([leftOutWarning("x", { all: own.all }), leftOutWarning("x", { part: own.all, all: own.all })]).toEqual([[], []]);
});

test("a group in two parts is refused, whether the set says so or the option; within one option only", () => {
  const divided = (group: string): Error =>
    userError(
      "group-divided",
      `[x] the split divides a group: "${group}". Expected all pictures of a group in one part. Move them together.`,
    );
  expect(() => withParts("x", cases, own, { one: ["b/1"], other: ["b/10"] })).toThrow(divided("b"));
  expect(() => withParts("x", cases, { ...own, validation: ["b/10"], test: ["b/1"] }, undefined)).toThrow(divided("b"));
  expect(withParts("x", cases, own, { few: ["a/1"] }).train).toEqual(["a/1", "a/2"]);
});

test("an unknown id is told with the nearest; all is no name for a part", () => {
  expect(() => withParts("x", cases, own, { test: ["b/11"] })).toThrow(
    userError("unknown-id", '[x] "parts" lists "b/11". Expected an id of a picture; the nearest is "b/1". Correct the list.'),
  );
  expect(() => folderOptions.parse({ parts: { all: ["a"] } })).toThrow('names other than \\"all\\", which every set has');
  expect(folderOptions.parse({ parts: { few: ["a"] } }).parts).toEqual({ few: ["a"] });
});
