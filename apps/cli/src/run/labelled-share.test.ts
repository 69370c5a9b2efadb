import type { Case } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import { labelledShare } from "./labelled-share.js";

// 20 pictures of 10 patients, of whom every third has three pictures and the others fewer
const sizes = [3, 1, 2, 3, 1, 2, 3, 1, 2, 2];
const cases = sizes.flatMap((size, g) => Array.from({ length: size }, (_, i) => ({ id: `${g}-${i}`, group: `p${g}` }) as Case));
const ids = (some: readonly Case[]): string[] => some.map(({ id }) => id);
const groups = (some: readonly Case[]): Set<string> => new Set(some.map(({ group }) => group));

test.each([0.1, 0.25, 0.4, 0.75])("%d of the pictures at least, and no group more than it takes; no group on both sides", (share) => {
  for (const seed of [0, 1, 2]) {
    const { labelled, others } = labelledShare(cases, { share, seed });
    expect(labelled.length).toBeGreaterThanOrEqual(share * 20);
    expect(labelled.length).toBeLessThan(share * 20 + 3); // the last group has three at most
    expect([...groups(labelled)].filter((group) => groups(others).has(group))).toEqual([]);
    const all = ids(cases);
    expect([...labelled, ...others].map(({ id }) => all.indexOf(id)).sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
    for (const part of [labelled, others]) expect(ids(part)).toEqual(all.filter((id) => ids(part).includes(id)));
  }
});

test("a smaller share lies within a larger one; seeds differ; all of them at 1, one group at next to nothing", () => {
  const at = (share: number, seed = 0): string[] => ids(labelledShare(cases, { share, seed }).labelled);
  expect(at(0.4)).toEqual(expect.arrayContaining(at(0.1)));
  expect(at(0.4).length).toBeGreaterThan(at(0.1).length);
  expect(new Set([0, 1, 2, 3].map((seed) => at(0.25, seed).join())).size).toBeGreaterThan(1);
  expect(at(1)).toEqual(ids(cases));
  expect(groups(labelledShare(cases, { share: 1e-9, seed: 0 }).labelled).size).toBe(1);
});

test("what the order of the cases is changes nothing of the draw", () => {
  const draw = (all: readonly Case[]): string[] => ids(labelledShare(all, { share: 0.4, seed: 3 }).labelled).sort();
  expect(draw([...cases].reverse())).toEqual(draw(cases));
});
