import { mul, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { Method } from "./contract/index.js";
import { meanOver } from "./reductions.js";
import { during } from "./schedules.js";
import { fit, fitting } from "./testing/small.js";
import { trainedTo } from "./testing/trained.js";
import { together } from "./together.js";
import { weigh } from "./weigh.js";

await startEngine();

/** Two methods of one kind: modules, shared work and terms of one name each. */
const scaled = (by: number): Method<`by-${number}`, { student: never }> => ({
  name: `by-${by}`,
  options: { by },
  wants: { student: [] },
  build: ({ scope }) => {
    const m = scope.module("m", (make) => ({ w: make.variable("w", [1], "ones") }));
    return {
      trains: [m],
      terms: [
        {
          name: "t",
          loss: (step) =>
            meanOver(
              mul(
                step.once("product", () => mul(step.net.student.logits, by)),
                m.w as Tensor,
              ),
            ),
        },
      ],
    };
  },
});

test("several methods are one: their sum, with nothing shared by accident", async () => {
  const alone = await trainedTo(fitting({ methods: [fit(), scaled(2), scaled(5)], steps: 4 }));
  const joined = await trainedTo(fitting({ methods: [fit(), together("both", scaled(2), scaled(5))], steps: 4 }));
  expect(joined.values).toEqual(alone.values);
  const raws = ({ records }: typeof alone) => records.map(({ terms }) => Object.values(terms).map(({ raw }) => raw));
  expect(raws(joined)).toEqual(raws(alone));
  expect(Object.keys(joined.records[0]!.terms)).toEqual(["fit/square", "both/by-2/t", "both/by-5/t"]);
  expect(alone.records[0]!.terms["by-5/t"]!.raw).toBeCloseTo(2.5 * alone.records[0]!.terms["by-2/t"]!.raw, 5);
});

test("it is weighed and switched as one", async () => {
  const late = weigh(during({ epochs: [1] }), together("both", scaled(2), scaled(5)));
  const { records } = await trainedTo(fitting({ methods: [fit(), late], steps: 4 }));
  expect(records.map(({ terms }) => [terms["both/by-2/t"]!.weight, terms["both/by-5/t"]!.weight])).toEqual([[0, 0], [0, 0], [1, 1], [1, 1]]); // prettier-ignore
  expect(late.options).toEqual({
    weigh: { during: { epochs: [1] } },
    of: [
      { method: "by-2", options: { by: 2 }, origin: null },
      { method: "by-5", options: { by: 5 }, origin: null },
    ],
  });
});
