import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { classCounts } from "./counts.js";
import { measure, pool, scoresOf, type Measured } from "./measured.js";
import { metricNames } from "./metrics.js";
import { diceOfClass, iouOfClass, precisionOfClass, sensitivityOfClass, specificityOfClass } from "./overlap.js";

interface Expected {
  readonly confusion: readonly number[];
  readonly dice: readonly (number | null)[];
  readonly iou: readonly (number | null)[];
  readonly sensitivity: readonly (number | null)[];
  readonly specificity: readonly (number | null)[];
  readonly precision: readonly (number | null)[];
  readonly accuracy: number;
  readonly auc: number | null;
}
interface Pictures {
  readonly classes: number;
  readonly pictures: readonly {
    readonly truth: readonly number[];
    readonly prediction: readonly number[];
    readonly scores: readonly number[];
    readonly valid: readonly number[];
    readonly expected: Expected;
  }[];
  readonly pooled: Expected;
}

// From scikit-learn: fixtures/scores.py.
const fixture = JSON.parse(readFileSync(new URL("../fixtures/scores.json", import.meta.url), "utf8")) as {
  readonly two: Pictures;
  readonly three: Pictures;
};

const near = (found: number | null, expected: number | null) => {
  if (expected === null || found === null) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12);
};
const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
};
const byClass = {
  dice: diceOfClass,
  iou: iouOfClass,
  sensitivity: sensitivityOfClass,
  specificity: specificityOfClass,
  precision: precisionOfClass,
} as const;

const agrees = (found: Measured, expected: Expected) => {
  expect(found.counts.matrix).toEqual(expected.confusion);
  const scores = scoresOf(found, metricNames);
  for (const name of ["dice", "iou", "sensitivity", "specificity", "precision"] as const) {
    expected[name].forEach((value, k) => near(byClass[name](found.counts, k).value, value));
    near(scores[name].value, mean(expected[name].slice(1)));
  }
  near(scores.meanIou.value, mean(expected.iou));
  near(scores.accuracy.value, expected.accuracy);
  near(scores.auc.value, expected.auc);
  const { truePositive, falsePositive, falseNegative, trueNegative } = classCounts(found.counts, 1);
  expect(truePositive + falsePositive + falseNegative + trueNegative).toBe(expected.confusion.reduce((a, b) => a + b, 0));
};

describe.each(["two", "three"] as const)("scikit-learn, %s classes", (which) => {
  const { classes, pictures, pooled } = fixture[which];
  const measured = pictures.map((picture) =>
    measure({
      truth: Uint8Array.from(picture.truth),
      prediction: Uint8Array.from(picture.prediction),
      scores: Float32Array.from(picture.scores),
      valid: Uint8Array.from(picture.valid),
      classes,
    }),
  );
  test("per picture", () => {
    expect(measured).toHaveLength(3);
    measured.forEach((one, i) => agrees(one, pictures[i]!.expected));
  });
  test("pooled", () => agrees(pool(measured), pooled));
});

test("the example of the README", () => {
  const pictures = [
    {
      prediction: Uint8Array.of(1, 1, 0, 0),
      truth: Uint8Array.of(1, 0, 0, 255),
      valid: null,
      scores: Float32Array.of(3, 1, -2, -1),
      classes: 2,
    },
    { prediction: Uint8Array.of(0, 1), truth: Uint8Array.of(1, 1), valid: Uint8Array.of(1, 1), scores: Float32Array.of(-1, 2), classes: 2 },
  ];
  const measured = pictures.map(measure);
  const cases = measured.map((one) => scoresOf(one, ["dice", "auc"]));
  expect(cases).toEqual([
    { dice: { value: 2 / 3 }, auc: { value: 1 } },
    { dice: { value: 2 / 3 }, auc: { value: null, reason: "the truth is nothing but foreground" } },
  ]);
  // 3 and 2 beat both backgrounds, −1 beats one of two
  expect(scoresOf(pool(measured), ["dice", "auc"])).toEqual({ dice: { value: 4 / 6 }, auc: { value: 5 / 6 } });
});

const tiny = { truth: Uint8Array.of(1, 0, 1), prediction: Uint8Array.of(1, 0, 0), valid: null, classes: 2 };
const user = (code: string, message: string) => expect.objectContaining({ name: "SegDistillError", code, exit: 2, message }) as Error;

test("only what is asked for is answered", () => {
  expect(scoresOf(measure({ ...tiny, scores: null }), ["sensitivity", "accuracy"])).toEqual({
    sensitivity: { value: 1 / 2 },
    accuracy: { value: 2 / 3 },
  });
});

test("a metric of scores where there are none is refused, one picture or pooled", () => {
  const message =
    '[metrics] "auc" needs foreground scores, found labels only. Give `scores` for every picture, or leave "auc" out of evaluate.metrics.';
  const without = measure({ ...tiny, scores: null });
  const withScores = measure({ ...tiny, scores: Float32Array.of(3, 1, 2) });
  expect(scoresOf(withScores, ["auc"])).toEqual({ auc: { value: 1 } });
  expect(() => scoresOf(without, ["dice", "auc"])).toThrow(user("metrics-scores", message));
  expect(() => scoresOf(pool([withScores, without]), ["auc"])).toThrow(user("metrics-scores", message));
});

test("an empty pool is refused", () => {
  expect(() => pool([])).toThrow(
    user(
      "metrics-nothing",
      "[metrics] no pictures were given to pool. Expected those of at least one picture. Check that the data set has cases.",
    ),
  );
});
