import { mul, squaredDifference } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { uncertainty } from "./balancers.js";
import type { CheckedMethod, Stage, Step, Wants } from "./contract/index.js";
import { sgd } from "./optimisers/sgd.js";
import { meanOver } from "./reductions.js";
import { during } from "./schedules.js";
import { cases, fit, fitting } from "./testing/small.js";
import { changed, furthest, trainedTo } from "./testing/trained.js";
import { weigh } from "./weigh.js";

await startEngine();

/** Another size and another way than `fit`: what mixed up the order of terms would show. */
const other: CheckedMethod = {
  name: "other",
  options: {},
  wants: {},
  build: () => ({
    terms: [{ name: "t", weight: 3, loss: (step: Step<Wants>) => meanOver(squaredDifference(step.net["student"]!.logits, mul(step.labels, -1)), step.valid) }],
  }), // prettier-ignore
};
const stage = (more: Partial<Stage> = {}) =>
  fitting({ methods: [weigh(0.5, fit()), other], steps: 4, optimiser: sgd({ rate: 0.05 }), balance: uncertainty(), ...more });
const names = ["fit/square", "other/t"];
const weights = [0.5, 3];

test.each([true, false])("starts as the plain sum, then every term follows its own loss: by hand (eager: %s)", async (eager) => {
  const plain = await trainedTo(fitting({ methods: [weigh(0.5, fit()), other], steps: 2, optimiser: sgd({ rate: 0.05 }) }), { eager });
  const { records } = await trainedTo(stage(), { eager });
  expect(records[0]!.terms).toEqual(plain.records[0]!.terms);
  for (const name of names) expect(records[1]!.terms[name]!.raw).toBe(plain.records[1]!.terms[name]!.raw); // the first gradient is the plain one
  // s ← s − rate·w·(1 − exp(−s)·v)
  const s = [0, 0];
  for (const { terms } of records)
    for (const [i, name] of names.entries()) {
      const { raw, weight } = terms[name]!;
      expect(weight).toBeCloseTo(weights[i]! * Math.exp(-s[i]!), 5);
      s[i]! -= 0.05 * weights[i]! * (1 - Math.exp(-s[i]!) * raw);
    }
  expect(Math.abs(s[0]! - s[1]!)).toBeGreaterThan(0.05);
});

test("a term that weighs nothing yet keeps its factor at 1", async () => {
  const late = weigh(during({ epochs: [2] }), { ...fit(), name: "late" as const });
  const { records } = await trainedTo(stage({ methods: [fit(), late], steps: 6 }));
  // its number first moves in step 4, so the first weight that shows it is that of step 5
  expect(records.map(({ terms }) => terms["late/square"]!.weight).slice(0, 5)).toEqual([0, 0, 0, 0, 1]);
  expect(records[5]!.terms["late/square"]!.weight).not.toBe(1);
  expect(records[4]!.terms["fit/square"]!.weight).not.toBe(1);
});

test("parts of a batch give what the whole gives", async () => {
  const uneven = changed(cases(), (batch) => ({ labelled: Uint8Array.from(batch.cases, (id) => Number(id !== "b")) }));
  const [whole, parts] = [await trainedTo(stage({ data: uneven })), await trainedTo(stage({ data: uneven, accumulate: 2 }))];
  const moved = (values: ReadonlyMap<string, readonly number[]>) => new Map([...values].filter(([name]) => !name.endsWith("/seen")));
  expect(furthest(moved(whole.values), parts.values)).toBeLessThan(1e-6);
  for (const [i, { terms }] of whole.records.entries())
    for (const name of names) expect(parts.records[i]!.terms[name]!.weight).toBeCloseTo(terms[name]!.weight, 5);
});
