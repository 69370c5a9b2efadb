import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import { expectClose, readFixture } from "./fixture.js";
import { temporaryFolder } from "./temporary.js";

await startEngine();
const written = (text: string): string => {
  const file = join(temporaryFolder(), "one.json");
  writeFileSync(file, text);
  return file;
};

function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}

describe("readFixture", () => {
  const file = written('{ "tau": 4, "cases": [{ "z": { "shape": [2, 1], "data": [1, 2.5] }, "list": [1, 2] }] }');

  test("gives plain values, wherever a tensor stands", () => {
    expect(readFixture(file)).toEqual({ tau: 4, cases: [{ z: { shape: [2, 1], data: Float32Array.of(1, 2.5) }, list: [1, 2] }] });
  });

  test("or what `tensor` makes of them", () => {
    const { cases } = readFixture(file, tensor) as { cases: { z: Tensor }[] };
    expect([cases[0]!.z.shape, [...cases[0]!.z.dataSync()]]).toEqual([[2, 1], [1, 2.5]]); // prettier-ignore
  });

  test("says what is missing or cut", () => {
    expect(messageOf(() => readFixture("/nowhere/x.json"))).toBe(
      "[fixture] expected /nowhere/x.json; found no such file. Run the script that makes it, and commit both.",
    );
    const cut = written('{ "z": { "shape": [2, 3], "data": [1, 2] } }');
    expect(messageOf(() => readFixture(cut))).toBe(
      `[fixture] expected 6 values of shape [2, 3] in "z" of ${cut}; found 2. Make the fixture again.`,
    );
  });
});

describe("expectClose", () => {
  const shape = [2, 3, 2];
  const values = Array.from({ length: 12 }, (_, i) => i - 4); // largest 7

  test("tensors, values and lists are compared with each other", () => {
    for (const found of [tensor(values, shape), { shape, data: Float32Array.from(values) }, values, Float64Array.from(values)])
      expectClose(found, tensor(values, shape));
    expectClose(2, 2.0001);
  });

  test("a difference of the tolerance passes, a larger one tells the first index", () => {
    const off = (by: number): number[] => values.map((x, i) => (i === 7 || i === 10 ? x + by : x));
    expectClose(off(0.0069), { shape, data: Float32Array.from(values) }, { tolerance: 1e-3 });
    expect(messageOf(() => expectClose(off(0.5), tensor(values, shape), { tolerance: 1e-3, what: "gradient" }))).toBe(
      "[gradient] expected 3 at [1, 0, 1], to 0.001 of the largest value 7; found 3.5, and 2 of 12 values are off. Look at this index first.",
    );
  });

  test("NaN agrees with nothing, and other shapes or sizes are told", () => {
    expect(() => expectClose([NaN], [NaN])).toThrow("found NaN");
    expect(messageOf(() => expectClose(tensor([1, 2]), tensor([[1, 2]])))).toBe(
      "[value] expected shape [1, 2]; found [2]. Compare tensors of one layout.",
    );
    expect(messageOf(() => expectClose([1], [1, 2]))).toBe("[value] expected 2 values; found 1. Compare tensors of one size.");
  });
});
