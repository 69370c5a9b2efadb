import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../engine.js";
import { compile } from "../index.js";
import * as ops from "../ops/index.js";
import { gradientError, secondGradientError } from "../testing/central-differences.js";
import { expectSame } from "../testing/fixtures.js";
import { numbers } from "../testing/numbers.js";
import { operatorCases, type OperatorCase } from "../testing/operator-cases.js";
import { replacedInTfjs } from "./operator.js";
import { operatorRows, operatorTable } from "./table.js";

let cases: Readonly<Record<string, OperatorCase>>;
beforeAll(async () => {
  await startEngine();
  cases = operatorCases();
});

const names = operatorTable.map(({ operator }) => operator);

/** Where a fixture has another name than its operator. */
const elsewhere: Readonly<Record<string, string>> = {
  powerIteration: "spectralNorm",
  "tf.conv2d": "conv2d",
  "tf.mirrorPad": "mirrorPad",
  "tf.image.resizeBilinear": "resizeBilinear",
  "tf.image.cropAndResize": "cropAndResize",
  "tf.cumsum": "cumsum",
  "tf.prod": "prod",
  "tf.max": "extremes",
  "tf.min": "extremes",
  "tf.maximum": "elementwiseExtremes",
  "tf.minimum": "elementwiseExtremes",
  "tf.pow": "pow",
  "tf.exp": "exp",
  "tf.elu": "elu",
  "tf.unsortedSegmentSum": "segmentSum",
  "tf.gatherND": "gatherND",
  "tf.scatterND": "scatterND",
  "tf.tensorScatterUpdate": "tensorScatterUpdate",
  "tf.stridedSlice": "stridedSlice",
  "tf.depthToSpace": "depthToSpace",
  "tf.einsum": "einsum",
};
const drawn = "PyTorch draws other numbers: held by their law and by hand";
/** Operators that are held without PyTorch. */
const reasons: Readonly<Record<string, string>> = {
  argMax: "whole numbers: held to the lowest index by what it is",
  oneHot: "zeros and ones: by hand",
  dropout: drawn,
  spatialDropout: drawn,
  gaussianNoise: drawn,
  statelessUniform: drawn,
  statelessNormal: drawn,
  float32Barrier: "x itself",
  after: "x itself",
  "tf.cast": "x itself, where the type is that already: by hand",
  "tf.greater": "its gradient is 0: by hand, with the other comparisons",
};

describe("the table is whole", () => {
  test("every operator that is exported stands in it once, and nothing else", () => {
    // where code stands, and whether it runs again, is no operator
    const exported = Object.keys(ops).filter((name) => !["inLayer", "inModule", "isRunAgain", "layerPath"].includes(name));
    expect(names.filter((name) => !name.startsWith("tf.")).sort()).toEqual(exported.sort());
    expect(names).toEqual([...new Set(names)]);
  });

  test("every kernel or gradient of tfjs that is replaced stands with an operator", () => {
    expect([...new Set(operatorTable.flatMap(({ kernels }) => kernels ?? []))].sort()).toEqual([...replacedInTfjs()].sort());
  });

  test("every operator has PyTorch's numbers in fixtures/, or a reason why it has none", () => {
    const read = (file: string): object =>
      JSON.parse(readFileSync(new URL(`../../fixtures/${file}.json`, import.meta.url), "utf8")) as object;
    const known = ["any-shape", "maps", "operators"].flatMap((file) => Object.keys(read(file)));
    const without = names.filter((name) => !known.includes(elsewhere[name] ?? name));
    expect(without.sort()).toEqual(Object.keys(reasons).sort());
    for (const name of Object.values(elsewhere)) expect(known).toContain(name);
  });

  test("every operator has a case", () => expect(Object.keys(cases).sort()).toEqual([...names].sort()));

  test("README.md shows it, row by row", () => {
    const lines = readFileSync(new URL("../../README.md", import.meta.url), "utf8").split("\n");
    const cells = (line: string): string[] =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim());
    const from = lines.findIndex((line) => /^\| operator +\| forward/.test(line));
    const rows = lines.slice(from, lines.indexOf("", from)).map(cells);
    expect(rows.filter((_, i) => i !== 1)).toEqual(operatorRows()); // the second is the rule below the head
  });
});

const differentiable = operatorTable.filter(({ gradient }) => gradient !== "none");
const float = (t: tf.Tensor): tf.Tensor => tf.cast(t, "float32");

describe("eager and compiled are the same", () => {
  test.each(names)("%s", (name) => {
    const { f, inputs, bytes = true } = cases[name]!;
    const differentiated = differentiable.some(({ operator }) => operator === name);
    const all = (...given: tf.Tensor[]): tf.Tensor[] => [
      float(f(...given)),
      ...(differentiated ? tf.grads((...xs: tf.Tensor[]) => tf.square(f(...xs)))(given) : []),
    ];
    const eager = all(...inputs);
    const step = compile(all);
    const compiled = step.runSync(...inputs);
    expect(compiled.length).toBe(1 + (differentiated ? inputs.length : 0));
    eager.forEach((wanted, i) => {
      const found = compiled[i]!;
      if (bytes) expectSame(found, wanted, `output ${i}`);
      const largest = tf.max(tf.abs(wanted)).dataSync()[0]!;
      expect(tf.max(tf.abs(tf.sub(found, wanted))).dataSync()[0]! / Math.max(largest, 1e-3), `output ${i}`).toBeLessThan(1e-5);
    });
    step.dispose();
  });
});

/** `f` with all inputs but one held. */
const inOne = (name: string, i: number): ((z: tf.Tensor) => tf.Tensor) => {
  const { f, inputs } = cases[name]!;
  return (z) => f(...inputs.map((given, k) => (k === i ? z : given)));
};

describe("gradients are the central differences", () => {
  test.each(differentiable.map(({ operator }) => operator))("%s", (name) => {
    const { inputs, step = 1e-2 } = cases[name]!;
    inputs.forEach((given, i) => expect(gradientError(inOne(name, i), given, step), `input ${i}`).toBeLessThan(5e-3));
  });
});

describe("gradients of gradients are the central differences of gradients where the table has them, and errors elsewhere", () => {
  test.each(differentiable)("$operator: $secondOrder", ({ operator: name, secondOrder }) => {
    const { inputs, step = 1e-2 } = cases[name]!;
    if (secondOrder) {
      inputs.forEach((given, i) =>
        expect(secondGradientError(squared(inOne(name, i)), given, Math.min(step, 1e-2)), `input ${i}`).toBeLessThan(2e-2),
      );
      return;
    }
    const dy = numbers(inOne(name, 0)(inputs[0]!).shape, 7);
    const gradient = (z: tf.Tensor): tf.Tensor => tf.grad((u: tf.Tensor) => tf.sum(tf.mul(dy, inOne(name, 0)(u))))(z);
    expect(() => tf.grad((z: tf.Tensor) => tf.sum(gradient(z)))(inputs[0]!)).toThrow(/gradient function not found/);
  });
});

test("a cast to the type that is there is the tensor itself, and given back by itself", () => {
  const before = tf.memory().numTensors;
  const x = tf.tensor1d([1.5, 2]);
  const same = tf.cast(x, "float32");
  expect([same.dataId, same.id === x.id]).toEqual([x.dataId, false]);
  x.dispose();
  expect([...same.dataSync()]).toEqual([1.5, 2]);
  const whole = tf.cast(same, "int32");
  expect([whole.dtype, ...whole.dataSync()]).toEqual(["int32", 1, 2]);
  tf.dispose([same, whole]);
  expect(tf.memory().numTensors).toBe(before);
});

/** y + y²: its gradient depends on x, whatever the operator. */
const squared =
  (f: (z: tf.Tensor) => tf.Tensor) =>
  (z: tf.Tensor): tf.Tensor => {
    const y = f(z);
    return tf.add(y, tf.square(y));
  };
