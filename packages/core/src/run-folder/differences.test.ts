import { expect, test } from "vitest";
import { differences } from "./differences.js";

test("leaf by leaf: changed, added, taken away, of another kind, too long to show", () => {
  const there = { seed: 0, gone: { deep: true }, list: [1, 2], kind: 3, empty: {}, same: { a: [] } };
  const here = { seed: 1, list: [1, 3, 4], kind: { x: null }, empty: [], same: { a: [] }, long: "y".repeat(80) };
  expect(differences(there, here)).toEqual([
    "seed is 0 there and 1 here",
    "list.1 is 2 there and 3 here",
    "list.2 is left out there and 4 here",
    "kind.x is left out there and null here",
    "empty is {} there and [] here",
    `long is left out there and "${"y".repeat(56)}… here`,
    "gone.deep is true there and left out here",
    "kind is 3 there and left out here",
  ]);
  expect(differences(1, 2)).toEqual(["the whole is 1 there and 2 here"]);
  expect(differences(there, there)).toEqual([]);
});
