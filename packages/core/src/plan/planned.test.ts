import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { uncertainty } from "../balancers.js";
import type { CheckedMethod } from "../contract/index.js";
import { poly, rampUp } from "../schedules.js";
import { sgd } from "../optimisers/sgd.js";
import { from, frozen, given, learns } from "../stages.js";
import { cases, fit, fitting, line } from "../testing/small.js";
import { train } from "../train.js";
import { weigh } from "../weigh.js";
import { plan, type PlannedStage } from "./plan.js";

await startEngine();

const surroundings = { seed: 1, precision: "float32", code: null };

test("the stages in order, with what is trained, frozen, read and weighed; nothing is left behind", () => {
  const teacher = fitting({ name: "teacher", steps: 3 });
  const baseline = fitting({ name: "baseline" });
  const more: CheckedMethod = {
    name: "more",
    options: {},
    wants: { student: ["map"], teacher: [] },
    build: (({
      scope,
    }: {
      scope: { module: (name: string, build: (make: { variable: (...a: unknown[]) => unknown }) => object) => object };
    }) => ({
      trains: [scope.module("head", (make) => ({ w: make.variable("w", [2, 3], "zeros") }))],
    })) as never,
  };
  const goal = fitting({
    name: "distilled",
    nets: {
      teacher: frozen(from(teacher, "student" as never)),
      student: learns(line(), { earlier: from(baseline, "student" as never), start: "earlier" }),
    },
    methods: [weigh(rampUp({ steps: 4, to: 2 }), fit()), more] as never,
    steps: 9,
    optimiser: sgd({ rate: poly(0.5, 1), momentum: 0.9 }),
  });
  const before = memory().numTensors;
  const planned = plan([goal], surroundings);
  expect(memory().numTensors).toBe(before);
  expect(planned.map(({ name, after, steps }) => [name, after, steps])).toEqual([
    ["teacher", [], 3],
    ["baseline", [], 5],
    ["distilled", ["teacher", "baseline"], 9],
  ]);
  const { nets, trains, terms, rate, batchSize, batchesPerEpoch, picture } = planned[2]!;
  // weights [1, 2] and bias [2]: four numbers; the state "seen" is none
  const common = { network: "line", parameters: 4, taps: { map: { stride: 1, channels: 1 } } };
  expect(nets).toEqual([
    { ...common, role: "teacher", mode: "frozen", from: "teacher/student", read: { more: [] } },
    { ...common, role: "student", mode: "trained", from: "baseline/student", read: { fit: [], more: ["map"] } },
  ]);
  expect(trains).toEqual([{ name: "distilled/more/head", parameters: 6 }]);
  // updates 0 … 8: the weight rises by 2/4 a step, the rate falls by 0.5/9
  const shares = [0, 0.25, 0.5, 1];
  expect(terms.map(({ name, weight }) => [name, shares.map(weight)])).toEqual([["fit/square", [0, 1, 2, 2]]]);
  expect(shares.map(rate)).toEqual([0, 2, 4, 8].map((step) => 0.5 * (1 - step / 9)));
  expect([batchSize, batchesPerEpoch, picture]).toEqual([2, 2, { height: 2, width: 3, channels: 1, classes: 2 }]);
});

test("what else a stage does: parts, recomputation, average, balance, validation, steps taken back", () => {
  const choose = { by: "loss", better: "lower", keep: "best", patience: 3 } as const;
  const more = {
    accumulate: 2,
    recompute: true,
    average: 0.99,
    balance: uncertainty(),
    nonFinite: { skip: 4 },
    held: cases(),
    validation: { measure: { loss: () => null as never }, describe: {}, choose },
  };
  const [plain, full] = [plan([fitting()], surroundings)[0]!, plan([fitting(more)], surroundings)[0]!];
  const of = ({ accumulate, recompute, average, balance, validation, nonFinite }: PlannedStage) => [
    accumulate,
    recompute,
    average,
    balance,
    validation,
    nonFinite,
  ];
  expect(of(plain)).toEqual([1, false, null, null, null, "stop"]);
  expect(of(full)).toEqual([2, true, 0.99, { uncertainty: {} }, { every: 1, measures: ["loss"], choose }, { skip: 4 }]);
  expect(full.trains).toEqual([{ name: "fitting/balance/uncertainty", parameters: 1 }]); // one number for the one term
});

test("a mistake in the wiring is the error that training would give, and leaves no tensor", () => {
  const before = memory().numTensors;
  const wants: CheckedMethod = { name: "own", options: {}, wants: { student: ["decoder/9"] } };
  expect(() => plan([fitting({ methods: [fit(), wants] as never })], surroundings)).toThrow(
    '[own] stage "fitting": student has no tap "decoder/9". It has map.',
  );
  expect(memory().numTensors).toBe(before);
});

test("first values are drawn by who trains, and not for a plan or a network that is given its values", async () => {
  const drawn: Record<string, boolean> = {};
  /** A network of which is known whether its numbers were drawn. */
  const watched = (name: string) => {
    const spec = line(name);
    return line(name, {
      more: {
        build: (scope) => {
          const network = spec.build(scope);
          drawn[network.name] = network.variables["w"]!.dataSync().some((x) => x !== 0);
          return network;
        },
      },
    });
  };
  const value = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  const weights = { fingerprint: "f", read: () => new Map([["w", value(1, 2)], ["b", value(2)], ["seen", value()]]) }; // prettier-ignore
  const baseline = fitting({ name: "baseline", nets: { student: learns(watched("student")) } });
  const goal = fitting({
    name: "distilled",
    nets: {
      teacher: given(watched("teacher"), weights),
      student: learns(watched("student"), { earlier: from(baseline, "student" as never), start: "earlier" }),
    },
  });
  plan([goal], surroundings);
  expect(drawn).toEqual({ "baseline/student": false, "distilled/teacher": false, "distilled/student": false });
  (await train([goal], { seed: 1, eager: true })).dispose();
  expect(drawn).toEqual({ "baseline/student": true, "distilled/teacher": false, "distilled/student": false });
});
