import { memory, mul, ones, tensor, type Variable } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeEach, describe, expect, test } from "vitest";
import type { Module, Pass } from "./contract/index.js";
import { scope } from "./scope.js";

await startEngine();

let made = new Map<string, Module>();
beforeEach(() => {
  made = new Map();
});
/** The whole of an error. */
const told = (error: { readonly code: string; readonly message: string }): Error => expect.objectContaining(error) as Error;
const values = (v: Variable | undefined): number[] => [...v!.dataSync()];

describe("names", () => {
  test("of modules begin with the scope's prefix, and those of variables are kept as given", () => {
    const net = scope("distil/student", "u-net", 1, made);
    const whole = net.module("", (make) => ({ w: make.variable("encoder/1/kernel", [2, 3], "ones") }));
    const part = net.module("adapter", (make) => ({ s: make.state("mean", [4], "zeros") }));
    expect([...made.keys()]).toEqual(["distil/student", "distil/student/adapter"]);
    expect([whole.name, part.name]).toEqual(["distil/student", "distil/student/adapter"]);
    expect([Object.keys(whole.variables), Object.keys(whole.state)]).toEqual([["encoder/1/kernel"], []]);
    expect([Object.keys(part.variables), Object.keys(part.state)]).toEqual([[], ["mean"]]);
    expect(whole.w).toBe(whole.variables["encoder/1/kernel"]);
    expect([whole.w.trainable, part.state["mean"]!.trainable]).toEqual([true, false]);
  });

  test("occur once: modules", () => {
    const net = scope("distil/kd", "kd", 1, made);
    net.module("adapter", (make) => ({ w: make.variable("w", [1], "zeros") }));
    const tensors = memory().numTensors;
    expect(() => net.module("adapter", (make) => ({ w: make.variable("w", [1], "zeros") }))).toThrow(
      told({
        code: "core/module-exists",
        message: 'module "distil/kd/adapter" exists. Names are stable keys of checkpoints: give the second one another name.',
      }),
    );
    expect(memory().numTensors).toBe(tensors);
  });

  test.each(["variable", "state"] as const)("occur once: a second %s of a variable's name; nothing is left of the module", (kind) => {
    const tensors = memory().numTensors;
    const twice = () =>
      scope("distil/kd", "kd", 1, made).module("adapter", (make) => ({
        a: make.variable("w", [1], "zeros"),
        b: make[kind]("w", [1], "zeros"),
      }));
    expect(twice).toThrow(
      told({
        code: "core/variable-exists",
        message: '[distil/kd/adapter] variable "w" exists. Give the second one another name.',
      }),
    );
    expect(made.size).toBe(0);
    expect(memory().numTensors).toBe(tensors);
  });
});

describe("first values", () => {
  const first = (prefix: string, spec: string, seed: number, also = false): number[] =>
    values(
      scope(prefix, spec, seed, new Map()).module("m", (make) => {
        if (also) make.variable("before", [5], { uniform: 1 });
        return { w: make.variable("w", [2, 3], { uniform: 0.5 }) };
      }).w,
    );

  test("are those of (seed, spec, module, variable), written out by another program", () => {
    const expected = [
      0.219732305733487, 0.36648439336568117, -0.45343639934435487, -0.37082016351632774, 0.027826497331261635, -0.28690634737722576,
    ];
    first("any", "net", 1).forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 6));
    const normal = scope("any", "net", 1, made).module("m", (make) => ({ n: make.variable("n", [2], { normal: 2 }) }));
    [-0.7569535241781883, -0.35969676680667445].forEach((x, i) => expect(values(normal.n)[i]).toBeCloseTo(x, 6));
  });
  test("are the same under another stage's name, and whatever else the module has", () => {
    expect(first("baseline/student", "net", 1)).toEqual(first("distil/student", "net", 1, true));
  });
  test("differ by seed and by spec", () => {
    expect(first("a", "net", 1)).not.toEqual(first("a", "net", 2));
    expect(first("a", "net", 1)).not.toEqual(first("a", "other", 1));
  });
  test("are not drawn without a seed; what is no chance stands", () => {
    const m = scope("a", "net", null, made).module("m", (make) => ({
      n: make.variable("n", [2], { normal: 1 }),
      u: make.variable("u", [2], { uniform: 1 }),
      o: make.state("o", [2], "ones"),
    }));
    expect([values(m.n), values(m.u), [...m.o.value.dataSync()]]).toEqual([[0, 0], [0, 0], [1, 1]]); // prettier-ignore
  });
  test("zeros, ones and a number", () => {
    const m = scope("a", "net", 1, made).module("m", (make) => ({
      o: make.variable("o", [2], "ones"),
      z: make.variable("z", [2], "zeros"),
      c: make.variable("c", [2], { constant: 0.25 }),
    }));
    expect([values(m.o), values(m.z), values(m.c)]).toEqual([[1, 1], [0, 0], [0.25, 0.25]]); // prettier-ignore
  });
});

describe("state", () => {
  const noise = { uniform: () => tensor([0]), normal: () => tensor([0]) };
  const moving = (): Pass => ({ mode: "train", statistics: "move", noise });
  const mean = () => scope("distil", "bn", 1, made).module("bn", (make) => ({ s: make.state("mean", [1], "zeros") })).s;

  test("is moved by a moving pass, and by no still one", () => {
    const state = mean();
    state.move(tensor([3]), { ...moving(), statistics: "still" });
    expect([...state.value.dataSync()]).toEqual([0]);
    state.move(tensor([3]), moving());
    expect([...state.value.dataSync()]).toEqual([3]);
  });
  test("is moved once a pass", () => {
    const state = mean();
    const pass = moving();
    state.move(tensor([3]), pass);
    expect(() => state.move(tensor([4]), pass)).toThrow(
      told({
        code: "core/moved-twice",
        message: '[distil/bn] state "mean" moved twice in one pass. Prepare what depends on it once and share it.',
      }),
    );
    state.move(tensor([5]), moving());
    expect([...state.value.dataSync()]).toEqual([5]);
  });
});

test("what goes wrong in a function of a module says in which one", () => {
  const net = scope("distil/student", "u-net", 1, made).module("", (make) => {
    const w = make.variable("w", [3], "ones");
    return { run: (n: number) => mul(w, ones([n])), apart: { w } };
  });
  expect(values(net.run(3) as Variable)).toEqual([1, 1, 1]);
  expect(net.apart.w).toBe(net.variables["w"]);
  expect(() => net.run(2)).toThrow('[backend] Mul: Incompatible shapes: [3] vs. [2], in layer "distil/student".');
});
