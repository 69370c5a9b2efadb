import { expect, test } from "vitest";
import { pull, stageGradients } from "./stage-gradients.js";

const points = (...values: readonly number[]) => values.map((value, i) => ({ step: 2 * i, value, low: value, high: value }));
const about = { id: "c0", stage: "distillation", steps: [0, 4] as const, terms: { "s/<a>": { raw: points(3, 5), weight: points(1, 1) } } };
const words = (html: string): string =>
  html
    .replace(/<(title|desc)[^]*?<\/\1>|<text[^]*?<\/text>/g, "")
    .replace(/<[^>]*>/g, "|")
    .replace(/[|\n]+/g, "|");
const reading =
  "|How the terms pull|The norm of each term's weighted gradient over everything that distillation trains, for one batch before the first step of an epoch. A large norm means that this term decides where the step goes. Each curve has an axis of its own.|";

test("what a mean cosine says, in words", () => {
  expect([0.1, 0.099, -0.099, -0.1].map(pull)).toEqual([
    ...["pull alike", "hardly touch each other", "hardly touch each other", "pull against each other"],
  ]);
});

test("norms as curves with their means, cosines as a table with a sentence how to read it", () => {
  const norms = {
    "s/<a>": { points: points(4, 2, 1), notFinite: 0 },
    "k/b": { points: points(1), notFinite: 2 },
    "k/c": { points: points(0, 0), notFinite: 0 },
  };
  const cosines = [
    { pair: "s/<a> · k/b", mean: -0.25, low: -0.5, high: 0.125, n: 3, nulls: 0 },
    { pair: "s/<a> · k/c", mean: 0.75, low: 0.75, high: 0.75, n: 1, nulls: 2 },
    { pair: "k/b · k/c", mean: null, low: null, high: null, n: 0, nulls: 3 },
  ];
  const { html } = stageGradients({ norms, cosines }, about);
  expect(html).toContain("From 4 at step 0 to 1 at step 4.");
  expect(html).toContain('<title id="c0-g1-t">distillation: Gradient of k/b</title>');
  expect(words(html)).toBe(
    `${reading}At nothing pulled, each time: k/c.|Gradient of s/&lt;a&gt;| mean 2.33|Gradient of k/b| mean 1, not finite 2 times|` +
      "distillation: what each term has of the loss and of the gradient. Loss: mean over the steps of the weighted value, without its sign. Gradient: mean norm of the weighted gradient. Shares are of the sums over the terms. Inert: less than 1\u00a0% of the gradient; dominates: 90\u00a0% or more." +
      "|Term|Weighted loss|Of the loss|Gradient|Of the gradient|In words|s/&lt;a&gt;|4|100\u00a0%|2.33|70\u00a0%|takes part|k/b|–|–|1|30\u00a0%|takes part|k/c|–|–|0|0\u00a0%|inert|" +
      "distillation: cosine between the gradients of two terms, mean and range over the times that it was looked at. Near 1 they pull alike, near 0 they hardly touch each other, near −1 they pull against each other: a step along the one undoes the other." +
      "|Terms|Mean cosine|Range|Times|In words|s/&lt;a&gt; · k/b|−0.250|−0.500 to 0.125|3|pull against each other" +
      "|s/&lt;a&gt; · k/c|0.750|0.750 to 0.750|1|a|pull alike|k/b · k/c|–|–|0|b|not known" +
      "|a| 2 times left out: one of the two pulled at nothing, or was not finite|b| 3 times left out: one of the two pulled at nothing, or was not finite|",
  );
});

test("one term has no cosine: no table", () => {
  const { html } = stageGradients({ norms: { "s/a": { points: [], notFinite: 1 } }, cosines: [] }, about);
  expect(words(html)).toBe(`${reading}Gradient of s/a| not finite 1 time|`);
});
