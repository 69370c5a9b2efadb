import { mul, neg, squaredDifference } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { CheckedMethod, Loss, Step, Wants } from "../contract/index.js";
import { meanOver } from "../reductions.js";
import { fit, fitting } from "../testing/small.js";
import { furthest, trainedTo } from "../testing/trained.js";

await startEngine();

const own = (terms: Record<string, (step: Step<Wants>) => Loss>): CheckedMethod => ({
  name: "own",
  options: {},
  wants: {},
  build: () => ({ terms: Object.entries(terms).map(([name, loss]) => ({ name, loss })) }),
});
const square = (step: Step<Wants>) => squaredDifference(step.net["student"]!.logits, mul(step.labels, 2));
const terms = own({
  triple: (step) => meanOver(mul(square(step), 3), step.valid, step.labelled),
  against: (step) => meanOver(neg(square(step)), step.valid, step.labelled),
  nothing: (step) => meanOver(step.images),
});

test.each([
  [true, 1],
  [false, 1],
  [false, 2],
])(
  "norms and cosines before the first step of an epoch; no number of the run changes (eager: %s, parts: %i)",
  async (eager, accumulate) => {
    const stage = () => fitting({ methods: [fit(), terms], steps: 5, accumulate });
    const plain = await trainedTo(stage(), { eager });
    const found = await trainedTo(stage(), { eager, inspect: "gradients" });
    expect(found.values).toEqual(plain.values);
    expect(found.records).toEqual(plain.records);
    const told = found.events.flatMap((event) => (event.event === "gradients" ? [event] : []));
    expect(told.map(({ step }) => step)).toEqual([0, 2, 4]);
    for (const { norms, cosines } of told) {
      expect(norms["own/triple"]! / norms["fit/square"]!).toBeCloseTo(3, 5);
      expect(norms["own/nothing"]).toBe(0);
      expect(cosines["fit/square · own/triple"]).toBeCloseTo(1, 5);
      expect(cosines["own/triple · own/against"]).toBeCloseTo(-1, 5);
      expect(cosines["fit/square · own/nothing"]).toBe(null);
      expect(Object.keys(cosines).length).toBe(6);
    }
  },
);

test("the norm is the length of the first step's way", async () => {
  const { sgd } = await import("../optimisers/sgd.js");
  const stage = (rate: number) => fitting({ methods: [fit()], steps: 1, optimiser: sgd({ rate }) });
  const [before, after] = [await trainedTo(stage(0), { inspect: "gradients" }), await trainedTo(stage(1))];
  const way = ["w", "b"].flatMap((key) =>
    after.values.get(`fitting/student/${key}`)!.map((x, i) => x - before.values.get(`fitting/student/${key}`)![i]!),
  );
  const [told] = before.events.flatMap((event) => (event.event === "gradients" ? [event] : []));
  expect(told!.norms["fit/square"]).toBeCloseTo(Math.hypot(...way), 5);
  expect(furthest(before.values, after.values)).toBeGreaterThan(0.01);
});
