import type { Case, Raster } from "@segdistill/core/contract";
import { prepare } from "@segdistill/datasets/prepare";
import { expect, test } from "vitest";
import { measureModels, type NamedModel } from "./measure-models.js";
import { shownCase, unitsOf } from "./units.js";

const [height, width] = [1, 4];
/** The picture is what the network answers: 1 where it finds something. */
const one = (id: string, found: readonly number[], truth: readonly number[], volume?: string): Case => ({
  ...{ id, group: volume ?? id, domain: "d", spacingMm: null },
  ...(volume !== undefined && { volume: { id: volume, slice: 0, slices: 2, spacingMm: null } }),
  image: () => Promise.resolve({ height, width, channels: 1, data: Uint8Array.from(found) }),
  label: () => Promise.resolve({ height, width, data: Uint8Array.from(truth) }),
  fieldOfView: () => Promise.resolve(null),
  secondObserver: () => Promise.resolve(null),
});
const cases = [
  one("a/0", [1, 1, 0, 0], [1, 0, 0, 0], "a"),
  one("b/0", [0, 0, 0, 1], [0, 0, 1, 1], "b"),
  one("picture", [1, 0, 0, 0], [1, 0, 0, 0]),
  one("a/1", [0, 1, 1, 0], [0, 1, 1, 1], "a"),
];
const logits = (pictures: readonly Raster[]) =>
  Promise.resolve(pictures.map((p) => ({ ...p, channels: 2, data: Float32Array.from([...p.data].flatMap((v) => [0, v - 0.5])) })));
const model = { name: "student", spec: { multiple: 1 }, forward: { logits, dispose: () => undefined } } as unknown as NamedModel;
const how = { prepare: prepare([]), tile: { size: Infinity, overlap: 0 }, at: "native", metrics: ["dice"], classes: 2 } as const;
const show = { say: () => undefined, doing: () => undefined, close: () => undefined } as never;

test("slices of a volume are one row, counted together; pictures are rows of their own", async () => {
  const seen: string[] = [];
  const predicted = (_model: string, _domain: string, id: string): Promise<void> => Promise.resolve(void seen.push(id));
  const { student } = await measureModels([model], { d: { cases } }, { how, show, predicted });
  const { cases: rows, mean, pooled } = student!["d"]!;
  // a: 1 + 2 found of 2 + 2, drawn 1 + 3: 2 · 3 / (4 + 4). The mean of the slices' own would be (2/3 + 4/5) / 2. b: 2 · 1 / (1 + 2).
  expect(rows).toEqual([
    { id: "a", group: "a", dice: 6 / 8 },
    { id: "b", group: "b", dice: 2 / 3 },
    { id: "picture", group: "picture", dice: 1 },
  ]);
  expect(mean["dice"]).toBeCloseTo((6 / 8 + 2 / 3 + 1) / 3, 12);
  expect(pooled["dice"]).toBeCloseTo((2 * 5) / (6 + 7), 12);
  expect(seen).toEqual(["a/0", "b/0", "picture", "a/1"]);
});

test("three units; of a volume the slice with the most foreground is shown", async () => {
  expect(unitsOf(cases)).toBe(3);
  expect((await shownCase(cases, "a")).id).toBe("a/1");
  expect((await shownCase(cases, "picture")).id).toBe("picture");
});
