import type { Case } from "@segdistill/core/contract";
import { prepare } from "@segdistill/datasets/prepare";
import { scoresOf } from "@segdistill/metrics";
import { expect, test } from "vitest";
import { measureCase, openCase, predictCase, type Evaluating } from "./evaluate-cases.js";

// a 2×6 picture whose right half is bright; the truth calls four of the six bright pixels a vessel, one is unlabelled, one lies outside
const rows = (...data: number[]) => ({ height: 2, width: 6, data: Uint8Array.from(data) });
const image = { ...rows(0, 0, 0, 9, 9, 9, 0, 0, 0, 9, 9, 9), channels: 1 };
const one: Case = {
  id: "one",
  group: "g",
  domain: "d",
  spacingMm: null,
  image: () => Promise.resolve(image),
  label: () => Promise.resolve(rows(0, 0, 0, 1, 1, 0, 1, 0, 0, 255, 1, 1)),
  fieldOfView: () => Promise.resolve(rows(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0)),
  secondObserver: () => Promise.resolve(null),
};
const how: Evaluating = { prepare: prepare([]), tile: { size: 4, overlap: 0.5 }, at: "native", metrics: ["dice", "auc"], classes: 2 };
/** Calls bright pixels a vessel. */
const logits = (pictures: readonly { height: number; width: number; data: ArrayLike<number> }[]) =>
  Promise.resolve(
    pictures.map(({ height, width, data }) => ({
      height,
      width,
      channels: 2,
      data: Float32Array.from(Array.from(data).flatMap((v) => [4, v])),
    })),
  );

test("a case is scored on its own grid, inside the field of view, unlabelled pixels left out", async () => {
  const predicted = await predictCase(await openCase(one, how), logits, 2, how);
  expect([...predicted.prediction.data]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
  // counted: found 3 of 4 true (the one at row 2, column 1 missed), 1 wrong → dice 2·3 / (4 + 4)
  expect(scoresOf(measureCase(predicted, how), ["dice"]).dice.value).toBe(0.75);
});

test("at the prepared grid masks have its size", async () => {
  const enlarged: Evaluating = { ...how, prepare: prepare([{ resize: [4, 12] }]), at: "prepared" };
  const { prediction, truth } = await predictCase(await openCase(one, enlarged), logits, 2, enlarged);
  expect([prediction.height, prediction.width, truth.height, truth.width]).toEqual([4, 12, 4, 12]);
});

test("a case without a label cannot be measured", async () => {
  await expect(openCase({ ...one, label: () => Promise.resolve(null) }, how)).rejects.toThrow(
    '[d] case "one" has no label, so nothing can be measured. Leave it out of the test split, or add its mask.',
  );
});
