import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { rampUp } from "./schedules.js";
import { fit, fitting, thrownBy } from "./testing/small.js";
import { trainedTo } from "./testing/trained.js";
import { together } from "./together.js";
import { weigh, without } from "./weigh.js";

await startEngine();

test("a weight is multiplied, and ramps are numbers over time", async () => {
  const { records } = await trainedTo(fitting({ methods: [weigh(0.5, weigh(rampUp({ epochs: 2 }), fit()))], steps: 5 }));
  expect(records.map(({ terms }) => terms["fit/square"]!.weight)).toEqual([0, 0.125, 0.25, 0.375, 0.5]);
});

test("without a term the rest is as if it had not been", async () => {
  const both = together("both", fit(), { ...fit({ other: true }), name: "second" as const });
  const found = await trainedTo(fitting({ methods: [without(["second/square"], both)], steps: 4 }));
  expect(found.values).toEqual((await trainedTo(fitting({ methods: [fit()], steps: 4 }))).values);
  expect(without(["second/square"], both).options).toEqual({ without: ["second/square"], of: both.options });
  expect(await thrownBy([fitting({ methods: [fit(), without(["third"], both)] })])).toMatchObject({
    code: "core/no-term-named",
    message: '[both] has no term "third" to leave out. Its terms: fit/square, second/square.',
  });
});
