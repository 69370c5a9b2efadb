import { describe, expect, test } from "vitest";
import { hash, random, shuffled } from "./random.js";

// Written out by another program (in Python): a seed means the same numbers in every version.
describe("fixed first values", () => {
  test("of hashes", () => {
    expect(hash("")).toEqual([-1421968373, -1880756559]);
    expect(hash("7/0/disc-3/flips")).toEqual([-321636751, 657267085]);
  });
  test("of streams", () => {
    const first = (key: string, n: number): number[] => {
      const { next } = random(key);
      return Array.from({ length: n }, next);
    };
    expect(first("7/0/disc-3/flips", 4)).toEqual([0.5685496188234538, 0.24671748792752624, 0.3440338810905814, 0.2622188744135201]);
    expect(first("0/u-net//head/kernel", 3)).toEqual([0.11929725902155042, 0.5122391188051552, 0.36110447929240763]);
  });
  test("of normal numbers and orders", () => {
    const { normal } = random("normal");
    expect(normal()).toBeCloseTo(0.29594053993136626, 12);
    expect(normal()).toBeCloseTo(0.18805520174499157, 12);
    expect(shuffled(8, "7/0")).toEqual([2, 3, 4, 7, 5, 6, 1, 0]);
    expect(shuffled(8, "7/1")).toEqual([7, 0, 2, 3, 6, 5, 4, 1]);
  });
});

describe("streams look random", () => {
  const n = 64_000;
  test.each(["0", "1", "0/0/case-1/flips"])("uniform and without memory, key %s", (key) => {
    const { next } = random(key);
    const values = Array.from({ length: n }, next);
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
    // chi-square of 64 cells (63 degrees of freedom) and of pairs in 8 × 8: above 110 in fewer than 1 of 4,000 keys
    const chi = (cell: (i: number) => number, draws: number): number => {
      const counts = new Array<number>(64).fill(0);
      for (let i = 0; i < draws; i++) counts[cell(i)]! += 1;
      return counts.reduce((sum, c) => sum + (c - draws / 64) ** 2 / (draws / 64), 0);
    };
    expect(chi((i) => Math.floor(values[i]! * 64), n)).toBeLessThan(110);
    expect(chi((i) => Math.floor(values[2 * i]! * 8) * 8 + Math.floor(values[2 * i + 1]! * 8), n / 2)).toBeLessThan(110);
  });

  test("neighbouring keys give numbers that have nothing to do with each other", () => {
    const firsts = Array.from({ length: 10_000 }, (_, i) => random(`7/${i}`).next() - 0.5);
    const product = firsts.slice(1).reduce((sum, x, i) => sum + x * firsts[i]!, 0) / firsts.length;
    expect(Math.abs(product)).toBeLessThan((4 / 12) * 0.01); // four deviations of a mean of 10,000 products of variance 1/144
    expect(new Set(firsts).size).toBeGreaterThan(9_990);
  });

  test("normal numbers have mean 0, deviation 1 and few outside two deviations", () => {
    const { normal } = random("normal");
    const values = Array.from({ length: n }, normal);
    const mean = values.reduce((a, b) => a + b) / n;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(values.reduce((sum, x) => sum + x * x, 0) / n - 1)).toBeLessThan((4 * Math.SQRT2) / Math.sqrt(n));
    expect(values.filter((x) => Math.abs(x) > 2).length / n).toBeCloseTo(0.0455, 2);
  });

  test("below gives every whole number in its range, and no other", () => {
    const { below } = random("below");
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 7000; i++) counts[below(7)]! += 1;
    expect(counts.length).toBe(7);
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});

describe("shuffled", () => {
  test.each([0, 1, 2, 17, 100])("is a permutation of %i numbers", (n) => {
    expect([...shuffled(n, "key")].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  });
  test("same key, same order; other key, other order", () => {
    expect(shuffled(50, "7/0")).toEqual(shuffled(50, "7/0"));
    expect(shuffled(50, "7/0")).not.toEqual(shuffled(50, "7/1"));
  });
  test("every number comes first about as often", () => {
    const counts = new Array<number>(5).fill(0);
    for (let i = 0; i < 5000; i++) counts[shuffled(5, `k${i}`)[0]!]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
