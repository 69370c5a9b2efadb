import type { StageResults } from "@segdistill/core";
import { expect, test } from "vitest";
import type { StageTold } from "./report-input.js";
import { skippedSentence, skippedSteps } from "./stage-skipped.js";

const one = { step: 17, term: "kd/logits", cases: ["a/<1>", "a/2"], where: 'first NaN in Log [2, 6], after "x" was read' };
const told = (count: number, examples = [one]): StageTold => ({
  ...{ end: null, best: null, measured: null, gates: [], gradients: null, skipped: { count, examples } },
});
const results: StageResults = { name: "a", steps: 40, seconds: 1, reused: true };
const words = (html: string): string => html.replace(/<[^>]*>/g, "|").replace(/\|+/g, "|");

test("how many, in a sentence", () => {
  expect(skippedSentence(0)).toBe(null);
  expect(skippedSentence(1)).toBe("1 step was left out: it gave a number that is not finite, and all that it had moved was set back.");
  expect(skippedSentence(3)).toBe(
    "3 steps were left out: they gave a number that is not finite, and all that they had moved was set back.",
  );
});

test("a row for each example: step, term, cases, place", () => {
  const { html } = skippedSteps("a", told(3), { ...results, skipped: 3 })!;
  expect(words(html)).toBe(
    "|3 steps were left out: they gave a number that is not finite, and all that they had moved was set back." +
      "|a: the first 1 of 3 steps left out, numbered as in events.jsonl (from 0), with the cases of their batch." +
      "|Step|Term|Cases|Where it came up|17|kd/logits|a/&lt;1&gt;, a/2|first NaN in Log [2, 6], after &quot;x&quot; was read|",
  );
});

test("a gradient is no term; many cases are counted; none is said", () => {
  const many = { ...one, step: 20, term: "gradient", cases: Array.from({ length: 11 }, (_, i) => `c${i}`) };
  const { html } = skippedSteps("a", told(2, [many, { ...one, cases: [] }]), null)!;
  expect(words(html)).toContain("|20|a gradient; every term was finite|c0, c1, c2, c3, c4, c5, c6, c7 and 3 more|");
  expect(words(html)).toContain("|17|kd/logits|not known|");
  expect(words(html)).toContain("|a: 2 steps left out, numbered as in events.jsonl (from 0), with the cases of their batch.|");
});

test("a reused stage knows how many, not which; nothing is said where nothing was left out", () => {
  expect(words(skippedSteps("a", null, { ...results, skipped: 1 })!.html)).toBe(
    "|1 step was left out: it gave a number that is not finite, and all that it had moved was set back. Which ones is told by the run that trained this stage.|",
  );
  expect(skippedSteps("a", told(0, []), { ...results, skipped: 0 })).toBe(null);
  expect(skippedSteps("a", null, null)).toBe(null);
});
