import { describe, expect, test } from "vitest";
import { configure } from "../config/configure.js";
import { parseSource } from "../config/read.js";
import { overlay } from "../config/set.js";
import { sweepOf } from "./entries.js";

const text = `name: tiny
data: { train: { use: phantoms }, test: { own: { use: phantoms } } }
sample: { patch: 64, perImage: 2, batch: 4 }
teacher: { use: u-net, train: { epochs: 4 } }
student: { use: mobile-u-net }
distil:
  steps: 30
  methods: [{ use: "@segdistill/plugin-kd#supervised" }, { use: "@segdistill/plugin-kd#logits" }]
sweep:
  - set: { distil.optimiser.adam.rate: 1e-4 }
  - { name: no-logits, set: { distil.without: [logits/kl], distil.steps: null, distil.epochs: 2 } }
`;
const entriesOf = (changed: string, sets: readonly string[] = []) => sweepOf(overlay(parseSource(changed, "c.yaml"), sets));
/** The whole text of the error that a changed sweep gives, when it is read or when its entries are checked. */
const error = (from: string, to: string, whole = text): string => {
  try {
    expect(whole).toContain(from);
    for (const { source, tries } of entriesOf(whole.replace(from, to))!) [{ source }, ...tries].forEach((one) => configure(one.source));
  } catch (e) {
    return (e as Error).message;
  }
  throw new Error("no error");
};

const validated = text.replace("data: {", "data: { validation: { use: phantoms },");
const ofChosen = (entry: string): string => error("set: { distil.optimiser.adam.rate: 1e-4 }", entry, validated);

test("the configuration as it is comes first, then every entry laid over it; nothing else changes", () => {
  const entries = entriesOf(text)!;
  expect(entries.map(({ name, sets }) => [name, sets])).toEqual([
    ["plain", {}],
    ["rate-0.0001", { "distil.optimiser.adam.rate": 1e-4 }],
    ["no-logits", { "distil.without": ["logits/kl"], "distil.steps": null, "distil.epochs": 2 }],
  ]);
  const [plain, rate, ablation] = entries.map(({ source }) => configure(source));
  expect("sweep" in plain!).toBe(false);
  expect(plain!.distil.optimiser.adam!.rate).toBe(3e-4);
  const adam = { ...plain!.distil.optimiser.adam!, rate: 1e-4 };
  expect(rate).toEqual({ ...plain, distil: { ...plain!.distil, optimiser: { adam } } });
  const { steps, ...distil } = plain!.distil;
  expect([steps, ablation]).toEqual([30, { ...plain, distil: { ...distil, epochs: 2, without: ["logits/kl"] } }]);
});

test("an entry that is chosen has a whole configuration for every try, and stands for the first until the choice; others have none", () => {
  const choose = "{ name: best, choose: [{ distil.methods.1.weight: 2 }, { distil.methods.1.weight: 3, distil.steps: 7 }] }";
  const entries = entriesOf(validated.replace("set: { distil.optimiser.adam.rate: 1e-4 }", choose))!;
  expect(entries.map(({ name, sets, tries }) => [name, sets, tries.map((one) => one.sets)])).toEqual([
    ["plain", {}, []],
    ["best", { "distil.methods.1.weight": 2 }, [{ "distil.methods.1.weight": 2 }, { "distil.methods.1.weight": 3, "distil.steps": 7 }]],
    ["no-logits", { "distil.without": ["logits/kl"], "distil.steps": null, "distil.epochs": 2 }, []],
  ]);
  const best = entries[1]!;
  const found = [best, ...best.tries].map(({ source }) => configure(source).distil);
  expect(found.map(({ steps, methods }) => [steps, methods[1]!.weight])).toEqual([[30, 2], [30, 2], [7, 3]]); // prettier-ignore
});

test("without a sweep there are no entries; what is given on the command line is below all of them; the plain one may be left out", () => {
  expect(entriesOf(text, ["sweep=null"])).toBe(null);
  const entries = entriesOf(text, ["distil.optimiser.adam.rate=0.5", "distil.methods.0.weight=2"])!.map(({ source }) => configure(source));
  expect(entries.map(({ distil }) => [distil.optimiser.adam!.rate, distil.methods[0]!.weight])).toEqual([
    [0.5, 2],
    [1e-4, 2],
    [0.5, 2],
  ]);
  const without = text.replace("sweep:\n", "sweep:\n  plain: false\n  entries:\n").replace(/^ {2}- (set|\{)/gm, "    - $1");
  expect(entriesOf(without)!.map(({ name }) => name)).toEqual(["rate-0.0001", "no-logits"]);
});

test("names that are left out are made of what is set, as names of folders", () => {
  const name = (set: string): string => entriesOf(text.replace("{ distil.optimiser.adam.rate: 1e-4 }", set))![1]!.name;
  expect(name("{ distil.without: [logits/kl] }")).toBe("without-logits-kl");
  expect(name("{ teacher.width: 16, distil.schedule: constant }")).toBe("width-16-schedule-constant");
  expect(name('{ student.use: "../../out" }')).toBe("use-..-..-out");
  expect(name(`{ student.use: "${"x".repeat(90)}" }`)).toBe(`use-${"x".repeat(56)}`);
});

describe("what is refused", () => {
  test("a path that no configuration has, with the nearest one, at its own line", () => {
    expect(error("distil.optimiser.adam.rate: 1e-4", "distil.optimizer.adam.rate: 1e-4")).toBe(
      '[c.yaml:10:12] unknown key "optimizer" in distil. Nearest: "optimiser". Known keys: accumulate, average, balance, clip, epochs, groups, init, methods, nonFinite, optimiser, recompute, schedule, steps, validate, warmUp, without.',
    );
    expect(error("distil.optimiser.adam.rate: 1e-4", "distil.optimiser.adam.rate: fast")).toBe(
      '[c.yaml:10:12] distil.optimiser.adam.rate: expected a number, found "fast".',
    );
  });

  test("a path that leads nowhere, or to what is the same for all", () => {
    const of = (path: string): string => error("distil.optimiser.adam.rate: 1e-4", `${path}: 1`);
    const expected = 'Expected a path and its value, for example "distil.epochs": 2.';
    expect(of("distil.steps.many")).toBe(
      `[c.yaml:10:12] path "distil.steps.many" of a sweep's set goes into distil.steps, which is a single value and holds no keys. ${expected}`,
    );
    expect(of("distil.methods.2.weight")).toBe(
      `[c.yaml:10:12] path "distil.methods.2.weight" of a sweep's set asks for entry "2" of distil.methods, which is a list of 2 (counted from 0). ${expected}`,
    );
    expect(of("distil..steps")).toBe(`[c.yaml:10:12] path "distil..steps" of a sweep's set has an empty or forbidden part. ${expected}`);
    expect(of("distil.__proto__.steps")).toBe(
      `[c.yaml:10:12] path "distil.__proto__.steps" of a sweep's set has an empty or forbidden part. ${expected}`,
    );
    expect(of("seeds")).toBe(
      `[c.yaml:10:12] path "seeds" of a sweep's set is that of all entries, which are compared seed by seed. Put seeds beside sweep. ${expected}`,
    );
    expect(of("sweep.0.name")).toBe(
      `[c.yaml:10:12] path "sweep.0.name" of a sweep's set cannot stand in an entry. Write an entry for every run. ${expected}`,
    );
  });

  test("a sweep of another form", () => {
    expect(error("name: no-logits, set:", "nam: no-logits, set:")).toBe(
      '[c.yaml:11:7] unknown key "nam" in sweep.1. Nearest: "name". Known keys: choose, name, set.',
    );
    expect(error("set: { distil.optimiser.adam.rate: 1e-4 }", "set: {}")).toBe(
      "[c.yaml:10:5] sweep.0.set: expected at least one path with its value, found a mapping (empty).",
    );
    expect(error("name: no-logits", "name: ../out")).toBe(
      '[c.yaml:11:7] sweep.1.name: expected a name of letters, digits, dots, dashes and underlines, found "../out".',
    );
    expect(error(text.slice(text.indexOf("sweep:")), "sweep: 3\n")).toBe(
      "[c.yaml:9:1] sweep: expected a list or a mapping (plain, entries), found 3.",
    );
  });

  test("an entry that is set and chosen, or neither; too few tries; no name; other data to choose on; no data to choose on", () => {
    const of = (entry: string): string => error("set: { distil.optimiser.adam.rate: 1e-4 }", entry);
    const two = "choose: [{ distil.steps: 1 }, { distil.steps: 2 }]";
    expect(of(`{ name: best, ${two}, set: { distil.steps: 3 } }`)).toBe(
      "[c.yaml:10:5] sweep.0: expected either set or choose, found a mapping (name, choose, set).",
    );
    expect(of("{ name: best }")).toBe("[c.yaml:10:5] sweep.0: expected either set or choose, found a mapping (name).");
    expect(of(`{ ${two} }`)).toBe("[c.yaml:10:5] sweep.0: expected a name beside choose, found a mapping (choose).");
    expect(of("{ name: best, choose: [{ distil.steps: 1 }] }")).toBe(
      "[c.yaml:10:19] sweep.0.choose: expected a list of at least 2, found a list of 1.",
    );
    expect(of("{ name: best, choose: [{ distil.steps: 1 }, {}] }")).toBe(
      "[c.yaml:10:49] sweep.0.choose.1: expected at least one path with its value, found a mapping (empty).",
    );
    expect(of(`{ name: best, ${two} }`)).toBe(
      '[c.yaml:10:19] entry "best" of the sweep is to be chosen among tries, but data.validation is left out. Expected pictures to choose on that are in no test set. Name a part there: { use, split: validation }.',
    );
    expect(ofChosen("{ name: best, choose: [{ distil.steps: 1 }, { data.validation.split: all }] }")).toBe(
      `[c.yaml:10:51] path "data.validation.split" of a sweep's set is that of all tries, which are measured on one data.validation. Put data beside sweep. Expected a path and its value, for example "distil.epochs": 2.`,
    );
    expect(ofChosen("{ name: best, choose: [{ distil.steps: 1 }, { distil.step: 1 }] }")).toBe(
      '[c.yaml:10:51] unknown key "step" in distil. Nearest: "steps". Known keys: accumulate, average, balance, clip, epochs, groups, init, methods, nonFinite, optimiser, recompute, schedule, steps, validate, warmUp, without.',
    );
  });

  test("names that stand twice or mean something else", () => {
    expect(error("name: no-logits", "name: Rate-0.0001")).toBe(
      '[c.yaml:11:7] entries 0 and 1 of the sweep (counted from 0) are both called "Rate-0.0001". Expected a name for each: name: … beside set.',
    );
    for (const name of ["plain", "sweep.md", "baseline"])
      expect(error("name: no-logits", `name: ${name}`)).toBe(
        `[c.yaml:11:7] an entry of the sweep is called "${name}", which means something else there. Give it another name.`,
      );
  });
});
