import { fill, mul, relu, squeeze, sub, tensor, tidy, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, it } from "vitest";
import { builtLayer } from "../built-layer.js";
import { fixedMap, newPass } from "../fixed-scope.js";
import { macsAt, stripPooling } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

describe("where the result is silent", () => {
  const x = (): Tensor4D => fixedMap("x", [2, 5, 7, 2]);
  const difference = (output: "sum" | "gate", expected: (x: Tensor4D) => Tensor): number => {
    const module = builtLayer(stripPooling({ channels: 2, cells: [3, 6], output }));
    for (const part of ["scale", "offset"]) module.variables[`it/fuse/norm/${part}`]!.assign(tensor([0, 0]));
    const apart = tidy(() => sub(module.run(x(), newPass("train")), expected(x()))).dataSync<"float32">();
    return Math.max(...apart.map(Math.abs));
  };

  it("sum gives the input, rectified", () => {
    expect(difference("sum", relu)).toBeLessThan(1e-6);
  });
  it("gate gives half the input", () => {
    expect(difference("gate", (x) => mul(x, 0.5))).toBeLessThan(1e-6);
  });
});

describe("by hand, one channel: 1 2 3 / 5 0 1", () => {
  /** Norms that do nothing, kernels that pass their middle on, but for those that are given: all entries that number. */
  const answer = (kernels: Readonly<Record<string, number>>): unknown => {
    const module = builtLayer(stripPooling({ channels: 1, cells: [1, 2], output: "sum" }));
    const norms = { scale: 1, offset: 0, mean: 0, variance: 1 - 1e-5 };
    for (const [name, variable] of Object.entries({ ...module.variables, ...module.state })) {
      const part = name.slice(name.lastIndexOf("/") + 1);
      const given = kernels[name.slice("it/".length, -"/conv/kernel".length)];
      if (part in norms) tidy(() => variable.assign(fill(variable.shape, norms[part as keyof typeof norms])));
      else if (given !== undefined) tidy(() => variable.assign(fill(variable.shape, given)));
      else {
        const middle = (variable.size - 1) / 2; // of the fusing kernel, 1/2, there is none: both ways count
        const values = Array.from({ length: variable.size }, (_, i) => (i === middle || variable.size === 2 ? 1 : 0));
        tidy(() => variable.assign(tensor(values, variable.shape)));
      }
    }
    const x: Tensor4D = tensor([1, 2, 3, 5, 0, 1], [1, 2, 3, 1]);
    const found = tidy(() => squeeze(module.run(x, newPass("inference")), [0, 3])).arraySync() as number[][];
    return found.map((row) => row.map((value) => Math.round(value * 1e4) / 1e4));
  };

  it("far: sums of three means of columns, and of rows", () => {
    // means over rows 3 1 2, three together 4 6 3; over columns 2 2, together 4 4
    // prettier-ignore
    expect(answer({ "near/leave": 0, "far/row": 1, "far/column": 1 })).toEqual([[1 + 8, 2 + 10, 3 + 7], [5 + 8, 0 + 10, 1 + 7]]);
  });

  it("near: the mean of all, 2, and 2 × 2 cells that share the middle column, resized", () => {
    // cells 1.5 2.5 / 2.5 0.5, in between 2 / 1.5
    // prettier-ignore
    expect(answer({ "far/leave": 0, "near/whole": 0 })).toEqual([[1 + 3.5, 2 + 4, 3 + 4.5], [5 + 4.5, 0 + 3.5, 1 + 2.5]]);
  });
});

it("costs, by hand", () => {
  const layer = stripPooling({ channels: 2, cells: [3, 6], output: "sum" });
  expect(layer.parameters).toBe(55 * 4 + 20 * 2);
  expect(macsAt(layer, 5, 7)).toBe(4 * (35 * (2 + 9 + 18 + 2) + 9 * (9 + 36) + 3 * (5 + 7)));
});
