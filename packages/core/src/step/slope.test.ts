import { mul, squaredDifference, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { CheckedMethod, Method } from "../contract/index.js";
import { sgd } from "../optimisers/sgd.js";
import { meanOver, totalOf } from "../reductions.js";
import { cases, fit, fitting, thrownBy } from "../testing/small.js";
import { changed, furthest, trainedTo } from "../testing/trained.js";

await startEngine();

/** Images of one batch that count differently: two pixels of "a" and "c" are not valid, "b" has no label. */
const uneven = changed(cases(), (batch) => ({
  valid: batch.valid.map((_, i) => Number(!("ac".includes(batch.cases[Math.floor(i / 6)]!) && i % 6 < 2))),
  labelled: Uint8Array.from(batch.cases, (id) => Number(id !== "b")),
}));
/** A sum that is no mean, noise by case, an opponent with two rounds. */
const rest = (): CheckedMethod => {
  const method: Method<"rest", { student: never }> = {
    name: "rest",
    options: {},
    wants: { student: [] },
    build: ({ scope }) => {
      const d = scope.module("d", (make) => ({ w: make.variable("w", [1], "ones") }));
      return {
        terms: [
          { name: "total", weight: 0.01, loss: (step) => totalOf(squaredDifference(step.net.student.logits, step.noise.normal("n", [2, 3, 2]))) }, // prettier-ignore
          { name: "fool", weight: 0.1, loss: (step) => meanOver(mul(step.net.student.logits, d.w as Tensor), step.valid) },
        ],
        adversaries: [
          {
            name: "d",
            module: d,
            steps: 2,
            optimiser: sgd({ rate: 0.1 }),
            loss: (step) => meanOver(squaredDifference(mul(step.net.student.logits, d.w as Tensor), 1), step.valid),
          },
        ],
      };
    },
  };
  return method;
};
const stage = (accumulate: number) => fitting({ methods: [fit(), rest()], data: uneven, steps: 6, accumulate });

test.each([true, false])("a batch in parts gives what the whole gives, though its images count differently (eager: %s)", async (eager) => {
  const whole = await trainedTo(stage(1), { eager });
  const parts = await trainedTo(stage(2), { eager });
  const weights = new Map([...whole.values].filter(([name]) => !name.endsWith("/seen")));
  expect(furthest(weights, parts.values)).toBeLessThan(1e-6);
  expect(furthest(whole.values, new Map([...whole.values].map(([name, values]) => [name, values.map(() => 0)])))).toBeGreaterThan(0.1);
  for (const [i, { terms }] of whole.records.entries())
    for (const [name, { raw }] of Object.entries(terms)) expect(parts.records[i]!.terms[name]!.raw).toBeCloseTo(raw, 5);
  // state that moves with a pass of a network moves once a part
  expect([whole.values.get("fitting/student/seen"), parts.values.get("fitting/student/seen")]).toEqual([[6], [12]]);
});

test("more parts than images are one image each", async () => {
  const [two, nine] = [await trainedTo(stage(2)), await trainedTo(stage(9))];
  expect(nine.values).toEqual(two.values);
});

test("a term that couples the images of a batch refuses parts", async () => {
  const coupled: CheckedMethod = {
    name: "pairs",
    options: {},
    wants: {},
    build: () => ({ terms: [{ name: "t", couples: "images", loss: (step: { images: Tensor }) => meanOver(step.images) }] }) as never,
  };
  expect(await thrownBy([fitting({ methods: [fit(), coupled], accumulate: 2 })])).toMatchObject({
    code: "core/couples",
    message:
      "[pairs/t] couples the images of a batch, so its value depends on how a batch is cut. Run it in one process, and without accumulate.",
  });
});

test("a number of parts that is none is refused", async () => {
  expect(await thrownBy([fitting({ accumulate: 1.5 })])).toMatchObject({
    code: "core/option",
    message: 'stage "fitting": accumulate is 1.5. Expected a whole number from 1 on.',
  });
});
