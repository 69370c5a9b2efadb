import { dispose } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { CheckedMethod, Json, Module, NetworkSpec, Origin, Stage } from "../contract/index.js";
import { namedVariables } from "../keeping.js";
import { adam } from "../optimisers/adam.js";
import { sgd } from "../optimisers/sgd.js";
import { poly, rampUp } from "../schedules.js";
import { from, frozen, given, learns } from "../stages.js";
import { cases, fit, fitting, line } from "../testing/small.js";
import { weigh } from "../weigh.js";
import { prepare } from "./prepare.js";

await startEngine();

const surroundings = { seed: 1, precision: "float32", code: null as Json };
/** The content hash of the last stage. */
function keyOf(goals: readonly Stage[], more: Partial<typeof surroundings> = {}): string {
  const modules = new Map<string, Module>();
  const all = prepare(goals, { ...surroundings, ...more }, modules);
  dispose([...namedVariables([...modules.values()]).values()]);
  return all.at(-1)!.key;
}

const origin: Origin = { package: "@lab/kd", version: "1.0.0", files: "aa" };
interface Parts {
  readonly teacher?: Partial<Stage>;
  readonly stage?: Partial<Stage>;
  readonly method?: CheckedMethod;
  readonly spec?: NetworkSpec<"map">;
}
/** A student under a teacher. */
function goals({ teacher, stage, method = { ...fit(), origin }, spec = line("line", { more: { origin } }) }: Parts = {}): readonly Stage[] {
  const first = fitting({ name: "teacher", ...teacher });
  const nets = { teacher: frozen(from(first, "student" as never)), student: learns(spec) };
  return [fitting({ name: "distilled", nets, methods: [method], ...stage })];
}
const plain = keyOf(goals());

test.each<[string, Parts]>([
  ["the method's options", { method: { ...fit({ a: 1 }), origin } }],
  ["a weight", { method: weigh(2, { ...fit(), origin }) }],
  ["a weight's schedule", { method: weigh(rampUp({ steps: 9 }), { ...fit(), origin }) }],
  ["the method's built files", { method: { ...fit(), origin: { ...origin, files: "bb" } } }],
  ["the method's package", { method: { ...fit(), origin: { ...origin, package: "@lab/other" } } }],
  ["the network's options", { spec: line("line", { options: { width: 2 }, more: { origin } }) }],
  ["the network's name", { spec: line("other", { more: { origin } }) }],
  ["the network's built files", { spec: line("line", { more: { origin: { ...origin, files: "bb" } } }) }],
  ["the data's fingerprint", { stage: { data: cases({ fingerprint: "five" }) } }],
  ["the batch size", { stage: { data: { ...cases(), batchSize: 4 } } }],
  ["the pictures' size", { stage: { data: { ...cases(), picture: { ...cases().picture, height: 4 } } } }],
  ["the steps", { stage: { steps: 6 } }],
  ["parts of a batch", { stage: { accumulate: 3 } }],
  ["a moving average", { stage: { average: 0.9 } }],
  ["networks that compute again", { stage: { recompute: true } }],
  ["the stage's name", { stage: { name: "other" } }],
  ["the optimiser", { stage: { optimiser: adam({ rate: 0.1 }) } }],
  ["the optimiser's rate", { stage: { optimiser: sgd({ rate: 0.2, momentum: 0.9 }) } }],
  ["the optimiser's schedule", { stage: { optimiser: sgd({ rate: poly(0.1), momentum: 0.9 }) } }],
  [
    "a method more",
    {
      stage: {
        methods: [
          { ...fit(), origin },
          { name: "more", options: {}, wants: {} },
        ],
      },
    },
  ],
  ["the teacher's steps", { teacher: { steps: 6 } }],
  ["the teacher's data", { teacher: { data: cases({ fingerprint: "five" }) } }],
  ["the teacher's options", { teacher: { methods: [fit({ a: 1 })] } }],
])("the key changes with %s", (_, parts) => {
  expect(keyOf(goals(parts))).not.toBe(plain);
});

test.each<[string, Partial<typeof surroundings>]>([
  ["seed", { seed: 2 }],
  ["precision", { precision: "bfloat16" }],
  ["code", { code: { core: "aa" } }],
])("the key changes with the run's %s", (_, more) => {
  expect(keyOf(goals(), more)).not.toBe(plain);
});

test("the key changes with the file of given weights, and with what a network starts from", () => {
  const weights = (fingerprint: string) => ({ fingerprint, read: () => new Map<string, never>() });
  const under = (fingerprint: string) => [
    fitting({ nets: { teacher: given(line("big"), weights(fingerprint)), student: learns(line()) } }),
  ];
  expect(keyOf(under("a"))).toBe(keyOf(under("a")));
  expect(keyOf(under("a"))).not.toBe(keyOf(under("b")));
  const baseline = from(fitting({ name: "baseline" }), "student" as never);
  const starts = (start: "fresh" | "earlier") => [fitting({ nets: { student: learns(line(), { earlier: baseline, start }) } })];
  expect(keyOf(starts("fresh"))).not.toBe(keyOf(starts("earlier")));
});

test.each<[string, () => string]>([
  ["nothing", () => keyOf(goals())],
  ["the version alone: the built files decide", () => keyOf(goals({ method: { ...fit(), origin: { ...origin, version: "1.0.1" } } }))],
  ["the order of options", () => keyOf(goals({ method: { ...fit({}), origin: { files: "aa", version: "1.0.0", package: "@lab/kd" } } }))],
  ["what else the run trains", () => keyOf([fitting({ name: "beside" }), ...goals()])],
  ["options that say what is so without them", () => keyOf(goals({ stage: { accumulate: 1, recompute: false, nonFinite: "stop" } }))],
  ["how the stages are asked for", () => keyOf([fitting({ name: "teacher" }), ...goals()])],
])("the key does not change with %s", (_, key) => {
  expect(key()).toBe(plain);
});

test("the key of options does not depend on their order", () => {
  const key = (options: Json): string => keyOf(goals({ method: fit(options) }));
  expect(key({ a: 1, b: [2, 3] })).toBe(key({ b: [2, 3], a: 1 }));
  expect(key({ a: 1, b: [2, 3] })).not.toBe(key({ a: 1, b: [3, 2] }));
});
