import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { uncertainty } from "./balancers.js";
import { sgd } from "./optimisers/sgd.js";
import { fit, fitting } from "./testing/small.js";
import { trainedTo } from "./testing/trained.js";
import { weigh } from "./weigh.js";

await startEngine();

const stage = (balanced: boolean) =>
  fitting({
    methods: [weigh(0.5, fit())],
    steps: 3,
    optimiser: sgd({ rate: 0.1 }),
    ...(balanced && { balance: uncertainty() }),
  });

test.each([true, false])("starts as the plain sum, then follows the losses: by hand (eager: %s)", async (eager) => {
  const [plain, balanced] = [await trainedTo(stage(false), { eager }), await trainedTo(stage(true), { eager })];
  const [p, b] = [plain, balanced].map(({ records }) => records.map(({ terms }) => terms["fit/square"]!)) as [
    { raw: number; weight: number }[],
    { raw: number; weight: number }[],
  ];
  expect(b[0]).toEqual(p[0]);
  expect(b[1]!.raw).toBe(p[1]!.raw); // the first gradient is the plain one
  // s ← s − rate·(1 − exp(−s)·v), v the weighted value
  let s = 0;
  for (const { raw, weight } of b) {
    expect(weight).toBeCloseTo(0.5 * Math.exp(-s), 5);
    s -= 0.1 * (1 - Math.exp(-s) * 0.5 * raw);
  }
  expect(b[2]!.weight).not.toBe(0.5);
});
