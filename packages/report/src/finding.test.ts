import { expect, test } from "vitest";
import { finding, findingWords } from "./finding.js";

const of = (low: number | null, high: number | null, mean: number | null = 0.5, metric = "dice") => finding({ mean, low, high, metric });

test("only an interval that leaves out 0 finds anything; touching it does not", () => {
  expect([of(0.1, 0.9), of(-0.9, -0.1)]).toEqual(["gain", "loss"]);
  expect([of(-1, 2), of(0, 1), of(1e-17, 1), of(-2, 0), of(0, 0), of(null, null)]).toEqual(new Array(6).fill("no difference"));
  expect(of(null, null, null)).toBe("unknown");
});

test("of a distance less is better", () => {
  expect([of(-3, -1, -2, "hd95Mm"), of(1, 3, 2, "hd95Mm")]).toEqual(["gain", "loss"]);
});

test("the word gain stands for a gain alone", () => {
  expect(findingWords).toEqual({ gain: "gain", loss: "worse", "no difference": "no difference found", unknown: "not known" });
});
