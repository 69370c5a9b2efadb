import { expect, test } from "vitest";
import { auc } from "./auc.js";
import { poolRanked, rankScores } from "./ranked.js";

const user = (code: string, message: string) => expect.objectContaining({ name: "SegDistillError", code, exit: 2, message }) as Error;
const truth = Uint8Array.of(1, 0, 1, 0, 1, 255);
const scores = Float32Array.of(0.5, 0.5, 0.9, 0.1, 0.4, NaN);
const valid = Uint8Array.of(1, 1, 1, 1, 1, 1);

test("a picture counted by hand, ties one half, the unlabelled pixel nowhere", () => {
  // 0.9 beats both, 0.5 beats one and ties one, 0.4 beats one: 2 + 1.5 + 1 of 6
  expect(auc(rankScores({ scores, truth, valid }))).toEqual({ value: 4.5 / 6 });
  expect(auc(rankScores({ scores, truth, valid: null }))).toEqual({ value: 4.5 / 6 });
});

test("pixels that are not valid are left out, every class from 1 on is foreground", () => {
  const without = Uint8Array.of(1, 0, 1, 1, 1, 0);
  expect(rankScores({ scores, truth: truth.map((t) => (t === 1 ? 3 : t)), valid: without })).toEqual({
    foreground: Float32Array.of(0.4, 0.5, 0.9),
    background: Float32Array.of(0.1),
  });
  expect(auc(rankScores({ scores, truth, valid: without }))).toEqual({ value: 1 });
});

test("nothing is rounded: neighbours in float32 are apart, zeros are one, infinities are scores", () => {
  expect(auc({ foreground: Float32Array.of(1 - 2 ** -24), background: Float32Array.of(1 - 2 ** -23) })).toEqual({ value: 1 });
  expect(auc({ foreground: Float32Array.of(0), background: Float32Array.of(-0) })).toEqual({ value: 0.5 });
  expect(auc({ foreground: Float32Array.of(-0), background: Float32Array.of(0) })).toEqual({ value: 0.5 });
  expect(auc({ foreground: Float32Array.of(Infinity), background: Float32Array.of(-Infinity, Infinity) })).toEqual({ value: 0.75 });
});

test("one class only", () => {
  const of = (label: number) => auc(rankScores({ scores, truth: truth.map((t) => (t === 255 ? t : label)), valid }));
  expect(of(0)).toEqual({ value: null, reason: "the truth is nothing but background" });
  expect(of(1)).toEqual({ value: null, reason: "the truth is nothing but foreground" });
  expect(of(255)).toEqual({ value: null, reason: "no pixel counts" });
});

test("pooled: all pairs across pictures, not the mean of their areas", () => {
  const a = rankScores({ scores: Float32Array.of(4, 3), truth: Uint8Array.of(1, 0), valid: null });
  const b = rankScores({ scores: Float32Array.of(2, 1, 1), truth: Uint8Array.of(1, 0, 0), valid: null });
  const onlyBackground = rankScores({ scores: Float32Array.of(2), truth: Uint8Array.of(0), valid: null });
  expect([auc(a), auc(b)]).toEqual([{ value: 1 }, { value: 1 }]);
  // 4 beats 3, 1, 1, 2; 2 beats 1, 1 and ties 2
  expect(auc(poolRanked([a, b, onlyBackground]))).toEqual({ value: 6.5 / 8 });
});

test("what cannot be ranked is refused", () => {
  expect(() => rankScores({ scores: scores.fill(NaN, 3, 4), truth, valid })).toThrow(
    user(
      "metrics-score",
      "[metrics] the foreground score at pixel 3 is NaN. Expected numbers (infinite ones may be). Look for the NaN in the network's output.",
    ),
  );
  expect(() => rankScores({ scores: scores.slice(2), truth, valid })).toThrow(
    user(
      "metrics-length",
      "[metrics] scores: the score map has 4 pixels, the truth has 6. Expected one number a pixel of the same picture. Bring both to one size first.",
    ),
  );
  expect(() => rankScores({ scores, truth, valid: valid.slice(1) })).toThrow(
    user(
      "metrics-length",
      "[metrics] scores: valid has 5 pixels, the truth has 6. Expected one number a pixel of the same picture. Bring both to one size first.",
    ),
  );
  expect(() => rankScores({ scores, truth, valid: Uint8Array.of(1, 2, 1, 1, 1, 1) })).toThrow(
    user(
      "metrics-valid",
      "[metrics] valid holds 2 at pixel 1. Expected 1 where the pixel counts and 0 where it does not. Map a field of view of 0 and 255 to 0 and 1.",
    ),
  );
  expect(() => poolRanked([])).toThrow(
    user(
      "metrics-nothing",
      "[metrics] no scores were given to pool. Expected those of at least one picture. Check that the data set has cases.",
    ),
  );
});
