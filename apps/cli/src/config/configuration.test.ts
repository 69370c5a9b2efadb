import { z } from "zod";
import { describe, expect, test } from "vitest";
import { check } from "./check.js";
import { configure } from "./configure.js";
import { parseSource } from "./read.js";
import { overlay } from "./set.js";

const text = `name: tiny
seed: 3
data:
  train: { use: phantoms, split: train, camera: a }
  test:
    own: { use: phantoms, split: test }
    other: { use: phantoms, camera: b, unseen: true }
prepare: [ { channel: green }, { clahe: { clip: 2, tiles: 8 } } ]
sample: { patch: 64, perImage: 2, batch: 4 }
teacher:
  use: u-net
  width: 16
  train: { epochs: 4 }
student: { use: mobile-u-net }
distil:
  steps: 30
  optimiser: { sgd: { rate: 0.1 } }
  schedule: constant
  methods:
    - { use: "@segdistill/plugin-kd#supervised" }
    - { use: "@segdistill/plugin-kd#logits", temperature: 4, weight: { rampUp: { steps: 5 } } }
`;
const read = (changed: string, sets: readonly string[] = []) => configure(overlay(parseSource(changed, "c.yaml"), sets));
/** The whole text of the error that a changed configuration gives. */
const error = (from: string, to: string, sets: readonly string[] = []): string => {
  expect(text).toContain(from);
  try {
    read(text.replace(from, to), sets);
  } catch (e) {
    return (e as Error).message;
  }
  throw new Error("no error");
};

describe("a configuration", () => {
  test("is filled up with every default", () => {
    const adam = { rate: 3e-4, decay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    expect(read(text)).toEqual({
      name: "tiny",
      seed: 3,
      precision: "auto",
      data: {
        train: { use: "phantoms", split: "train", camera: "a" },
        test: {
          own: { use: "phantoms", split: "test", unseen: false },
          other: { use: "phantoms", split: "all", camera: "b", unseen: true },
        },
      },
      prepare: [{ channel: "green" }, { clahe: { clip: 2, tiles: 8 } }],
      sample: { patch: 64, perImage: 2, batch: 4, augment: [] },
      teacher: { use: "u-net", width: 16, train: { epochs: 4, optimiser: { adam }, schedule: { poly: 0.9 } } },
      student: { use: "mobile-u-net" },
      distil: {
        steps: 30,
        optimiser: { sgd: { rate: 0.1, momentum: 0.9, decay: 0 } },
        schedule: "constant",
        methods: [
          { use: "@segdistill/plugin-kd#supervised", weight: 1 },
          { use: "@segdistill/plugin-kd#logits", temperature: 4, weight: { rampUp: { steps: 5, to: 1 } } },
        ],
      },
      baseline: true,
      evaluate: { metrics: ["dice", "iou", "sensitivity", "specificity", "auc"], tile: { size: 64, overlap: 0.25 }, at: "native" },
    });
  });

  test("may be JSON", () => {
    expect(read(JSON.stringify(parseSource(text, "c.yaml").value))).toEqual(read(text));
  });

  test("has seed 0 where none is given", () => {
    expect(read(text.replace("seed: 3\n", "")).seed).toBe(0);
    expect(read(text.replace("seed: 3", "seeds: [1, 2]"))).toMatchObject({ seeds: [1, 2] });
  });
});

describe("what is refused", () => {
  test("an unknown key, at every depth, with the nearest one", () => {
    expect(error("seed: 3", "sede: 3")).toBe(
      '[c.yaml:2:1] unknown key "sede" at the top. Nearest: "seed". Known keys: baseline, data, distil, evaluate, extends, name, precision, prepare, sample, seed, seeds, student, sweep, teacher.',
    );
    expect(error("steps: 30", "stesp: 30")).toBe(
      '[c.yaml:16:3] unknown key "stesp" in distil. Nearest: "steps". Known keys: accumulate, average, balance, clip, epochs, groups, init, methods, nonFinite, optimiser, recompute, schedule, steps, validate, warmUp, without.',
    );
    expect(error("sgd: { rate: 0.1 }", "sgd: { rate: 0.1, momentun: 0 }")).toBe(
      '[c.yaml:17:34] unknown key "momentun" in distil.optimiser.sgd. Nearest: "momentum". Known keys: decay, momentum, nesterov, rate.',
    );
    expect(error("{ channel: green }", "{ chanel: green }")).toBe(
      '[c.yaml:8:14] unknown key "chanel" in prepare.0. Nearest: "channel". Known keys: channel, clahe, fieldOfViewWidth, resize, scale, window.',
    );
    expect(error("tiles: 8", "tile: 8")).toBe(
      '[c.yaml:8:52] unknown key "tile" in prepare.1.clahe. Nearest: "tiles". Known keys: clip, tiles.',
    );
    expect(error("rampUp: { steps: 5 }", "rampUp: { step: 5 }")).toBe(
      '[c.yaml:21:82] unknown key "step" in distil.methods.1.weight.rampUp. Nearest: "steps". Known keys: epochs, steps, to.',
    );
    expect(error("train: { epochs: 4 }", "train: { epochs: 4, schedule: { polly: 1 } }")).toBe(
      '[c.yaml:13:35] unknown key "polly" in teacher.train.schedule. Nearest: "poly". Known keys: cosine, poly, published, steps.',
    );
  });

  test("a value of another type", () => {
    expect(error("steps: 30", "steps: many")).toBe('[c.yaml:16:3] distil.steps: expected a whole number, found "many".');
    expect(error("steps: 30", "steps: 2.5")).toBe("[c.yaml:16:3] distil.steps: expected a whole number, found 2.5.");
    expect(error("steps: 30", "steps: 0")).toBe("[c.yaml:16:3] distil.steps: expected a whole number of at least 1, found 0.");
    expect(error("student: { use: mobile-u-net }", "student: mobile-u-net")).toBe(
      '[c.yaml:14:1] student: expected a mapping, found "mobile-u-net".',
    );
    expect(error("schedule: constant", "schedule: 3")).toBe(
      '[c.yaml:18:3] distil.schedule: expected "constant" or a mapping (poly, steps, cosine, published), found 3.',
    );
    expect(error("weight: { rampUp: { steps: 5 } }", "weight: [1]")).toBe(
      "[c.yaml:21:62] distil.methods.1.weight: expected a number or a mapping (rampUp, during), found a list of 1.",
    );
    expect(error("weight: { rampUp: { steps: 5 } }", "weight: -1")).toBe(
      "[c.yaml:21:62] distil.methods.1.weight: expected a number of at least 0, found -1.",
    );
    expect(error("channel: green", "channel: gren")).toBe(
      '[c.yaml:8:14] prepare.0.channel: "gren" is not known. Nearest: "green". Known values: blue, green, grey, red.',
    );
    expect(error("name: tiny", "name: a b")).toBe(
      '[c.yaml:1:1] name: expected a name of letters, digits, dots, dashes and underlines, found "a b".',
    );
  });

  test("what is missing", () => {
    expect(error("name: tiny\n", "")).toBe("[c.yaml] name is missing. Expected text. Add it.");
    expect(error("steps: 30\n  ", "")).toBe(
      "[c.yaml:15:1] distil: expected either epochs or steps, found a mapping (optimiser, schedule, methods).",
    );
    expect(error("student: { use: mobile-u-net }", "student: {}")).toBe("[c.yaml:14:1] student.use is missing. Expected text. Add it.");
  });

  test("what excludes each other", () => {
    expect(error("steps: 30", "steps: 30\n  epochs: 2")).toContain(
      "[c.yaml:15:1] distil: expected either epochs or steps, found a mapping",
    );
    expect(error("seed: 3", "seed: 3\nseeds: [1]")).toContain("[c.yaml] the configuration: expected either seed or seeds, found a mapping");
    expect(error("sgd: { rate: 0.1 }", "sgd: {}, adam: {}")).toBe(
      "[c.yaml:17:3] distil.optimiser: expected exactly one of adam, adamW, sgd, found a mapping (sgd, adam).",
    );
    expect(error("  train: { epochs: 4 }", "  train: { epochs: 4 }\n  weights: a.safetensors")).toBe(
      "[c.yaml:10:1] teacher: expected either train (a budget) or weights (a file), found a mapping (use, width, train, weights).",
    );
  });

  test("broken YAML and keys that stand twice, with line and column", () => {
    expect(error("seed: 3", "seed: 3\nseed: 4")).toBe(
      '[c.yaml:3:1] key "seed" stands twice in one mapping. Expected once. Take one of them out.',
    );
    expect(error("seed: 3", "seed: [3")).toBe(
      "[c.yaml:3:1] is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]. Mend this line.",
    );
    expect(() => parseSource("- a\n- b\n", "c.yaml")).toThrow(
      "[c.yaml] Expected a mapping of keys (name, data, teacher, …), found a list of 2. See examples/quickstart.yaml for one that works.",
    );
  });
});

describe("--set", () => {
  test("gives values of YAML's types", () => {
    const changed = read(text, [
      "distil.steps=7",
      "teacher.width=8",
      "distil.schedule={ poly: 1 }",
      "evaluate.at=prepared",
      "distil.methods.1.temperature=2.5",
    ]);
    expect(changed.distil).toMatchObject({ steps: 7, schedule: { poly: 1 } });
    expect(changed.teacher["width"]).toBe(8);
    expect(changed.evaluate.at).toBe("prepared");
    expect(changed.distil.methods[1]!["temperature"]).toBe(2.5);
  });

  test("takes a key out with null", () => {
    expect(read(text, ["distil.steps=null", "distil.epochs=2"]).distil).not.toHaveProperty("steps");
  });

  test("is checked like the file", () => {
    expect(error("", "", ["distil.step=7"])).toBe(
      '[--set distil.step=7] unknown key "step" in distil. Nearest: "steps". Known keys: accumulate, average, balance, clip, epochs, groups, init, methods, nonFinite, optimiser, recompute, schedule, steps, validate, warmUp, without.',
    );
    expect(error("", "", ["distil.steps=x"])).toBe('[--set distil.steps=x] distil.steps: expected a whole number, found "x".');
  });

  test("says what is wrong with its own text", () => {
    const example = "Expected a.b=value, for example --set distil.epochs=2";
    expect(error("", "", ["distil.steps"])).toBe(`[--set distil.steps] has no "=". ${example}`);
    expect(error("", "", ["=2"])).toBe(`[--set =2] has nothing before "=". ${example}`);
    expect(error("", "", ["a..b=2"])).toBe(`[--set a..b=2] has an empty or forbidden part in its path. ${example}`);
    expect(error("", "", ["__proto__.x=2"])).toBe(`[--set __proto__.x=2] has an empty or forbidden part in its path. ${example}`);
    expect(error("", "", ["extends=a.yaml"])).toBe(
      `[--set extends=a.yaml] comes too late: what a configuration extends is read first. ${example}`,
    );
    expect(error("", "", ["name.x=2"])).toBe(`[--set name.x=2] goes into name, which is a single value and holds no keys. ${example}`);
    expect(error("", "", ["distil.methods.2.weight=2"])).toBe(
      `[--set distil.methods.2.weight=2] asks for entry "2" of distil.methods, which is a list of 2 (counted from 0). ${example}`,
    );
  });
});

test("a plugin's schema that would drop unknown keys is held to the same rule", () => {
  const place = { at: () => "c.yaml:9:1", path: ["student"], beside: ["use"] };
  expect(() => check(z.object({ width: z.int().default(32) }), { widht: 3 }, place)).toThrow(
    '[c.yaml:9:1] unknown key "widht" in student. Nearest: "width". Known keys: use, width.',
  );
  expect(() => check(z.strictObject({ width: z.int().default(32) }), { us: 3 }, place)).toThrow(
    '[c.yaml:9:1] unknown key "us" in student. Nearest: "use". Known keys: use, width.',
  );
});
