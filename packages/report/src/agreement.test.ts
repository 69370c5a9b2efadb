import type { Mask } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import { refusal } from "../test/refusal.js";
import { agreement } from "./agreement.js";

const mask = (height: number, width: number, ...data: readonly number[]): Mask => ({ height, width, data: Uint8Array.from(data) });
const of = { model: "baseline", id: "a/1", valid: null };

test("found, false alarm, missed, another class; unlabelled and invalid pixels are none of them", () => {
  const truth = mask(2, 5, ...[1, 0, 1, 2, 0], ...[255, 1, 0, 2, 1]);
  const prediction = mask(2, 5, ...[1, 1, 0, 1, 0], ...[1, 1, 2, 2, 0]);
  const valid = mask(2, 5, ...[1, 1, 1, 1, 1], ...[1, 0, 1, 1, 1]);
  const { masks, counts } = agreement({ ...of, truth, prediction, valid });
  expect([...masks.tp]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  expect([...masks.fp]).toEqual([0, 1, 0, 0, 0, 0, 0, 1, 0, 0]);
  expect([...masks.fn]).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
  expect([...masks.other]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  expect(counts).toEqual({ tp: 2, fp: 2, fn: 2, other: 1 });
});

test("masks of other sizes, and arrays that do not fit", () => {
  const truth = mask(1, 3, 0, 1, 1);
  const other = { ...of, truth, prediction: mask(3, 1, 0, 1, 1) };
  expect(() => agreement(other)).toThrow(
    refusal(
      "report-mask-size",
      '[report] the prediction of "baseline" for case "a/1" has 3 × 1 pixels, its truth has 1 × 3. Expected the same grid. Bring both to one size first.',
    ),
  );
  expect(() => agreement({ ...other, prediction: truth, valid: mask(1, 2, 1, 1) })).toThrow(
    refusal(
      "report-mask-size",
      '[report] the valid mask of case "a/1" has 1 × 2 pixels, its truth has 1 × 3. Expected the same grid. Bring both to one size first.',
    ),
  );
  expect(() => agreement({ ...other, prediction: mask(1, 3, 0, 1) })).toThrow(
    refusal(
      "report-mask-length",
      '[report] the prediction of "baseline" for case "a/1" holds 2 numbers. Expected 1 × 3 = 3, one a pixel. Give the mask with its own height and width.',
    ),
  );
});
