import type { Unlabelled } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import { addCounts, classCounts, countedPixels, countPixels, unlabelled } from "./counts.js";

// 3 × 4; the pixel of 255 and the last one (not valid) count nowhere, whatever was predicted there.
// prettier-ignore
const truth = Uint8Array.of(
  0, 0, 1, 1,
  0, 1, 1, 0,
  255, 0, 1, 0);
// prettier-ignore
const prediction = Uint8Array.of(
  0, 1, 1, 1,
  1, 1, 0, 0,
  1, 0, 1, 1);
// prettier-ignore
const valid = Uint8Array.of(
  1, 1, 1, 1,
  1, 1, 1, 1,
  1, 1, 1, 0);

const user = (code: string, message: string) => expect.objectContaining({ name: "SegDistillError", code, exit: 2, message }) as Error;

test("unlabelled means what the contract means", () => {
  const contract: Unlabelled = unlabelled; // an error of the compiler where they differ
  expect(contract).toBe(255);
});

test("a picture counted by hand", () => {
  expect(countPixels({ prediction, truth, valid, classes: 2 })).toEqual({ classes: 2, matrix: [3, 2, 1, 4] });
  // without the mask the last pixel counts: truth 0, prediction 1
  expect(countPixels({ prediction, truth, valid: null, classes: 2 }).matrix).toEqual([3, 3, 1, 4]);
});

test("rows are the truth, columns the prediction, for three classes too", () => {
  const counts = countPixels({
    truth: Uint8Array.of(0, 1, 1, 2, 2, 2),
    prediction: Uint8Array.of(0, 0, 2, 1, 2, 2),
    valid: null,
    classes: 3,
  });
  // prettier-ignore
  expect(counts.matrix).toEqual([
    1, 0, 0,
    1, 0, 1,
    0, 1, 2]);
  expect(classCounts(counts, 2)).toEqual({ truePositive: 2, falsePositive: 1, falseNegative: 1, trueNegative: 2 });
  expect(classCounts(counts, 1)).toEqual({ truePositive: 0, falsePositive: 1, falseNegative: 2, trueNegative: 3 });
  expect(countedPixels(counts)).toBe(6);
});

test("what does not count may hold anything", () => {
  const counts = countPixels({
    truth: Uint8Array.of(255, 9, 1),
    prediction: Uint8Array.of(255, 77, 1),
    valid: Uint8Array.of(1, 0, 1),
    classes: 2,
  });
  expect(counts.matrix).toEqual([0, 0, 0, 1]);
});

test("counts of pictures add up to those of one long picture", () => {
  const first = { prediction: prediction.slice(0, 5), truth: truth.slice(0, 5), valid: valid.slice(0, 5), classes: 2 };
  const rest = { prediction: prediction.slice(5), truth: truth.slice(5), valid: valid.slice(5), classes: 2 };
  const parts = [countPixels(first), countPixels(rest)];
  expect(parts.map((part) => part.matrix)).toEqual([
    [1, 2, 0, 2],
    [2, 0, 1, 2],
  ]);
  expect(addCounts(parts)).toEqual(countPixels({ prediction, truth, valid, classes: 2 }));
  expect(parts[0]!.matrix).toEqual([1, 2, 0, 2]); // adding changes nothing that was given
});

test("lengths that differ are refused", () => {
  expect(() => countPixels({ prediction: prediction.slice(1), truth, valid, classes: 2 })).toThrow(
    user(
      "metrics-length",
      "[metrics] counts: the prediction has 11 pixels, the truth has 12. Expected one number a pixel of the same picture. Bring both to one size first.",
    ),
  );
  expect(() => countPixels({ prediction, truth, valid: valid.slice(2), classes: 2 })).toThrow(
    user(
      "metrics-length",
      "[metrics] counts: valid has 10 pixels, the truth has 12. Expected one number a pixel of the same picture. Bring both to one size first.",
    ),
  );
});

test("values without a meaning are refused", () => {
  expect(() => countPixels({ prediction, truth: truth.map((t) => (t === 1 ? 4 : t)), valid, classes: 2 })).toThrow(
    user(
      "metrics-class",
      "[metrics] truth holds 4 at pixel 2. Expected a class from 0 to 1, or 255 where nothing is known. Map the values to class indices, or set `classes` to what there is.",
    ),
  );
  expect(() => countPixels({ prediction: prediction.map((p) => p * 2), truth, valid, classes: 2 })).toThrow(
    user(
      "metrics-class",
      "[metrics] prediction holds 2 at pixel 1. Expected a class from 0 to 1. Map the values to class indices, or set `classes` to what there is.",
    ),
  );
  expect(() => countPixels({ prediction, truth, valid: valid.map((v) => v * 255), classes: 2 })).toThrow(
    user(
      "metrics-valid",
      "[metrics] valid holds 255 at pixel 0. Expected 1 where the pixel counts and 0 where it does not. Map a field of view of 0 and 255 to 0 and 1.",
    ),
  );
  for (const classes of [1, 256, 2.5]) {
    expect(() => countPixels({ prediction, truth, valid, classes })).toThrow(
      user(
        "metrics-classes",
        `[metrics] ${classes} classes were asked for. Expected a whole number from 2 to 255 (255 itself marks unlabelled pixels). Count the background as class 0.`,
      ),
    );
  }
});

test("sums without a meaning are refused", () => {
  expect(() => addCounts([])).toThrow(
    user(
      "metrics-nothing",
      "[metrics] no counts were given to pool. Expected those of at least one picture. Check that the data set has cases.",
    ),
  );
  const two = countPixels({ prediction, truth, valid, classes: 2 });
  const three = countPixels({ prediction, truth, valid, classes: 3 });
  expect(() => addCounts([two, three])).toThrow(
    user(
      "metrics-other-classes",
      "[metrics] counts of 3 classes were to be added to counts of 2 classes. Expected the same number everywhere. Count all pictures with the same `classes`.",
    ),
  );
  expect(() => classCounts(two, 2)).toThrow(
    user("metrics-no-such-class", "[metrics] class 2 was asked for. Expected a class from 0 to 1: the counts hold 2 classes."),
  );
});
