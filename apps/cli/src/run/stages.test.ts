import { meanOver } from "@segdistill/core";
import type { Batches, Data, Method, NetworkSpec, Stage } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import type { Budget } from "../config/schema.js";
import { wire, type Ingredients } from "./stages.js";

const spec = (name: string) => ({ name, options: {}, taps: {} }) as unknown as NetworkSpec<string>;
const method = (name: string): Method<string, never> => ({
  name,
  options: {},
  wants: {} as never,
  build: () => ({ terms: ["a", "b"].map((term) => ({ name: term, loss: () => meanOver(undefined as never) })) }),
});
const budget = { steps: 6, optimiser: { sgd: { rate: 0.1, momentum: 0, decay: 0 } }, schedule: "constant" } as unknown as Budget;
const data = { batchesPerEpoch: 2 } as Data;
const held = { fingerprint: "held" } as Batches;
const given: Omit<Ingredients, "config"> = {
  data,
  teacher: spec("big"),
  student: spec("small"),
  methods: [method("ce"), method("kd")],
  alone: [method("ce")],
  at: (path) => `c.yaml ${path.join(".")}`,
};
const wired = (distil: object = {}, more: Partial<Ingredients> = {}, baseline = true) =>
  wire({
    config: { teacher: { use: "t", train: budget }, distil: { ...budget, methods: [], ...distil }, baseline } as never,
    ...given,
    ...more,
  });
const named = ({ goals }: ReturnType<typeof wired>, name: string): Stage => goals.find((goal) => goal.name === name)!;
const termsOf = (stage: Stage) => stage.methods.map(({ name, build }) => [name, ...(build as unknown as () => { terms: { name: string }[] })().terms.map((term) => term.name)]); // prettier-ignore

test("teacher, baseline and distillation; nothing is asked for that the configuration does not say", () => {
  const all = wired();
  expect(all.goals.map(({ name }) => name)).toEqual(["teacher", "baseline", "distillation"]);
  expect(Object.keys(named(all, "distillation"))).toEqual(["name", "nets", "optimiser", "steps", "data", "methods"]);
  expect(all.models.map(({ name, trainedBy }) => [name, trainedBy])).toEqual([["teacher", "teacher"], ["baseline", "baseline"], ["distilled", "distillation"]]); // prettier-ignore
});

test("a student that starts from the baseline is compared with the baseline continued for the same budget", () => {
  const all = wired({ init: "baseline" });
  expect(all.goals.map(({ name }) => name)).toEqual(["teacher", "baseline", "continued", "distillation"]);
  for (const name of ["continued", "distillation"]) {
    const student = named(all, name).nets["student"]!;
    expect([student.mode, "start" in student && student.start, "earlier" in student && student.earlier.stage.name]).toEqual(["trained", "earlier", "baseline"]); // prettier-ignore
  }
  expect(named(all, "continued").steps).toBe(named(all, "distillation").steps);
  expect(all.models.map(({ name, trainedBy }) => [name, trainedBy])).toEqual([["teacher", "teacher"], ["baseline", "continued"], ["distilled", "distillation"]]); // prettier-ignore
  expect(() => wired({ init: "baseline" }, {}, false)).toThrow(
    "[c.yaml distil.init] is baseline, but baseline is false. Set baseline: true, or init: scratch.",
  );
});

test("a teacher is trained on labelled pictures alone, for epochs of theirs; baseline and distillation on all, for the same steps", () => {
  const labelled = { batchesPerEpoch: 5 } as Data;
  const epochs = { ...budget, steps: undefined, epochs: 3 };
  const all = wire({ ...given, config: { teacher: { use: "t", train: epochs }, distil: { ...epochs, methods: [] }, baseline: true } as never, labelled }); // prettier-ignore
  const of = (name: string) => [named(all, name).data, named(all, name).steps];
  expect(of("teacher")).toEqual([labelled, 15]);
  for (const name of ["baseline", "distillation"]) expect(of(name)).toEqual([data, 6]);
  expect(named(wired(), "teacher").data).toBe(data);
});

test("an ablation leaves terms out of the distillation alone", () => {
  const all = wired({ without: ["kd/b"] });
  expect(termsOf(named(all, "distillation"))).toEqual([["ce", "a", "b"], ["kd", "a"]]); // prettier-ignore
  expect(termsOf(named(all, "baseline"))).toEqual([["ce", "a", "b"]]);
  expect(() => wired({ without: ["gram/b"] })).toThrow(
    '[c.yaml distil.without] leaves out "gram/b", which is of no method here. Expected "<method>/<term>", as results and explain name them. Methods: ce, kd.',
  );
  expect(() => termsOf(named(wired({ without: ["kd/c"] }), "distillation"))).toThrow('[kd] has no term "c" to leave out. Its terms: a, b.');
});

test("options of a budget reach its stage", () => {
  const options = {
    accumulate: 2,
    recompute: true,
    average: 0.99,
    balance: "uncertainty",
    nonFinite: { skip: 3 },
    validate: { every: 2, keep: "best", patience: 4 },
  };
  const { accumulate, recompute, average, balance, nonFinite, validation, held: on } = named(wired(options, { held }), "distillation");
  expect({ accumulate, recompute, average, nonFinite, on, balance: balance!.describe }).toEqual({ accumulate: 2, recompute: true, average: 0.99, nonFinite: { skip: 3 }, on: held, balance: { uncertainty: {} } }); // prettier-ignore
  expect([validation!.every, validation!.choose]).toEqual([2, { by: "dice", better: "higher", keep: "best", patience: 4 }]);
  expect(named(wired(options, { held }), "teacher").validation).toBe(undefined);
  expect(named(wired({}, { held }), "teacher").held).toBe(held);
  expect(() => wired(options)).toThrow(
    "[c.yaml distil.validate] asks for a validation, but data.validation is left out. Name a part there: { use, split: validation }.",
  );
});
