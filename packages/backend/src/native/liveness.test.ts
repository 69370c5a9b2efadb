import { expect, test } from "vitest";
import { peakBytes, type Traced } from "./liveness.js";

const op = (name: string, inputs: readonly number[], ...outputs: readonly (readonly [number, number])[]): Traced => ({
  op: name,
  inputs,
  outputs: outputs.map(([id, bytes]) => ({ id, bytes })),
});
// inputs of the graph: 1, 2

test("by hand: a chain holds two values at a time", () => {
  const chain = [op("Conv2D", [1, 2], [10, 100]), op("Conv2D", [10, 2], [11, 50]), op("Conv2D", [11, 2], [12, 70])];
  expect(peakBytes(chain, [12])).toBe(150); // 100 + 50, then 50 + 70
});

test("by hand: what the way back needs lives until then", () => {
  const both = [
    op("Conv2D", [1, 2], [10, 100]),
    op("Conv2D", [10, 2], [11, 100]),
    op("Conv2D", [11, 2], [12, 10]),
    op("Conv2DBackpropInput", [12, 11], [13, 100]),
    op("Conv2DBackpropFilter", [13, 10], [14, 5]),
  ];
  expect(peakBytes(both, [14])).toBe(310); // 10, 11, 12 and 13
  expect(peakBytes(both, [14, 11])).toBe(310);
  expect(peakBytes(both.slice(0, 3), [12])).toBe(200);
});

test("by hand: in place where nobody needs the input, beside it where somebody does", () => {
  const relu = [op("Conv2D", [1, 2], [10, 100]), op("Relu", [10], [11, 100]), op("Conv2D", [11, 2], [12, 1])];
  expect(peakBytes(relu, [12])).toBe(101);
  expect(peakBytes(relu, [12, 10])).toBe(201);
  expect(peakBytes([relu[0]!, op("Relu", [10], [11, 40]), relu[2]!], [12])).toBe(140); // another size
});

test("by hand: another shape is the same memory", () => {
  const shaped = [op("Conv2D", [1, 2], [10, 100]), op("Reshape", [10, 2], [11, 100]), op("Conv2D", [11, 2], [12, 100]), op("Conv2D", [12, 11], [13, 1])]; // prettier-ignore
  expect(peakBytes(shaped, [13])).toBe(201); // 10 lives as 11 until the end
});

test("what no result needs costs nothing", () => {
  expect(peakBytes([op("Conv2D", [1, 2], [10, 100]), op("Conv2D", [1, 2], [11, 7])], [11])).toBe(7);
});
