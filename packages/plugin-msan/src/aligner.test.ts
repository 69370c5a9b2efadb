import { zeros, type Tensor2D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope, type Module } from "@segdistill/core";
import { expect, test } from "vitest";
import { aligner } from "./index.js";

await startEngine();

const built = (channels: number, size: number) =>
  scope("tan", "act", 0, new Map<string, Module>()).module("aligner", aligner({ height: 2, width: 3, channels, size, hidden: 5 }).build);

test("has 1 × 1 convolutions only where channels are not the vector's numbers, and as many parameters as it says", () => {
  for (const [channels, size] of [
    [4, 4],
    [7, 4],
    [4, 7],
  ] as const) {
    const { variables } = built(channels, size);
    expect(Object.keys(variables).some((name) => /^(enter|leave)\//.test(name))).toBe(channels !== size);
    const all = Object.values(variables).reduce((sum, v) => sum + v.size, 0);
    expect(all).toBe(aligner({ height: 2, width: 3, channels, size, hidden: 5 }).parameters);
  }
});

test("first values: uniform within one over the root of what goes in, biases too", () => {
  const { variables } = built(4, 4);
  for (const [layer, inputs] of [
    ["down/1", 6],
    ["down/2", 5],
    ["up/1", 1],
    ["up/2", 5],
  ] as const)
    for (const part of ["kernel", "bias"]) {
      const values = [...variables[`${layer}/${part}`]!.dataSync()].map(Math.abs);
      expect(Math.max(...values), layer).toBeLessThanOrEqual(1 / Math.sqrt(inputs));
      expect(Math.max(...values), layer).toBeGreaterThan(0);
    }
});

test("from B, h, w, C to B, d and back, and nothing else", () => {
  const { encode, decode } = built(7, 4);
  expect(encode(zeros([3, 2, 3, 7])).shape).toEqual([3, 4]);
  expect(decode(zeros([3, 4]) as Tensor2D).shape).toEqual([3, 2, 3, 7]);
  const text = (found: string): string =>
    `[msan] a bottleneck of ${found} (height, width, channels) was given to an alignment network made for 2 × 3 × 7. Distil on pictures of the size that the alignment was trained on.`;
  const others: [[number, number, number, number], string][] = [
    [[1, 3, 2, 7], "3 × 2 × 7"],
    [[1, 2, 4, 7], "2 × 4 × 7"],
    [[1, 2, 3, 4], "2 × 3 × 4"],
  ];
  for (const [shape, found] of others) {
    let failure: unknown;
    try {
      encode(zeros(shape));
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ name: "SegDistillError", code: "msan/bottleneck", exit: 2 });
    expect((failure as Error).message).toContain(text(found));
  }
});
