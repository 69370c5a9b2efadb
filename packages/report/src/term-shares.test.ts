import { expect, test } from "vitest";
import { sharesTable, standing, termShares } from "./term-shares.js";

const points = (...values: readonly number[]) => values.map((value, i) => ({ step: i, value, low: value, high: value }));
const term = (raw: readonly number[], weight: readonly number[]) => ({ raw: points(...raw), weight: points(...weight) });
const norm = (...values: readonly number[]) => ({ points: points(...values), notFinite: 0 });

test("by hand: weighted losses without sign, mean norms, each over the sum of all; opponents have no norm and no share", () => {
  const terms = {
    "s/ce": term([3, 1], [1, 1]), // 2
    "g/vertex": term([4e5, 2e5], [1e-5, 1e-5]), // 3
    "g/adversarial": term([-40, -60], [0.1, 0.1]), // 5
    "g/discriminator": term([1e6, 1e6], [1, 1]),
  };
  const shares = termShares(terms, { "s/ce": norm(1, 3), "g/vertex": norm(0.004, 0.004), "g/adversarial": norm(7, 8.992) });
  expect(shares).toEqual([
    { term: "s/ce", loss: 2, ofLoss: 0.2, gradient: 2, ofGradient: 0.2 },
    { term: "g/vertex", loss: expect.closeTo(3, 9) as number, ofLoss: expect.closeTo(0.3, 9) as number, gradient: 0.004, ofGradient: expect.closeTo(4e-4, 9) as number }, // prettier-ignore
    { term: "g/adversarial", loss: 5, ofLoss: 0.5, gradient: expect.closeTo(7.996, 9) as number, ofGradient: expect.closeTo(0.7996, 9) as number }, // prettier-ignore
  ]);
});

test("a weight that changes counts step by step", () => {
  const [one] = termShares({ a: term([2, 10], [1, 0]) }, { a: norm(1) });
  expect(one).toEqual({ term: "a", loss: 1, ofLoss: 1, gradient: 1, ofGradient: 1 });
});

test("what is not known is null, and takes no part in the sums; where all is 0 there are no shares", () => {
  const shares = termShares({ a: term([5], [1]) }, { a: norm(2), b: norm(), c: { points: [], notFinite: 3 } });
  expect(shares.map(({ ofLoss, ofGradient }) => [ofLoss, ofGradient])).toEqual([
    [1, 1],
    [null, null],
    [null, null],
  ]);
  expect(termShares({ a: term([0], [1]) }, { a: norm(0) })).toEqual([{ term: "a", loss: 0, ofLoss: null, gradient: 0, ofGradient: null }]);
});

test("a share of the gradient in words", () => {
  expect([0, 0.0099, 0.01, 0.8999, 0.9, 1, null].map(standing)).toEqual([
    ...["inert", "inert", "takes part", "takes part", "dominates", "dominates", "not known"],
  ]);
});

test("as a table; one term has all of it, and no table", () => {
  const words = (html: string): string => html.replace(/<[^>]*>/g, "|").replace(/[|\n]+/g, "|");
  const shares = [
    { term: "s/<ce>", loss: 2, ofLoss: 0.99999, gradient: 1.2345, ofGradient: 0.9 },
    { term: "g/edge", loss: 1e-5, ofLoss: 1e-5, gradient: 0, ofGradient: 0 },
    { term: "g/x", loss: null, ofLoss: null, gradient: null, ofGradient: null },
  ];
  expect(words(sharesTable("distillation", shares)!.html)).toBe(
    "|distillation: what each term has of the loss and of the gradient. Loss: mean over the steps of the weighted value, without its sign. Gradient: mean norm of the weighted gradient. Shares are of the sums over the terms. Inert: less than 1\u00a0% of the gradient; dominates: 90\u00a0% or more." +
      "|Term|Weighted loss|Of the loss|Gradient|Of the gradient|In words" +
      "|s/&lt;ce&gt;|2|100\u00a0%|1.23|90\u00a0%|dominates|g/edge|1e−5|&lt; 0.01\u00a0%|0|0\u00a0%|inert|g/x|–|–|–|–|not known|",
  );
  expect(sharesTable("distillation", shares.slice(0, 1))).toBeNull();
});
