import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Latents } from "./latents.js";
import { mergedMoments, momentsOf, streamMoments, type Moments } from "./moments.js";
import { normals } from "./testing.js";

/** Two passes, each element by itself. */
function twoPasses(rows: Latents): Moments {
  const [n, d] = [rows.length, rows[0]!.length];
  const column = (i: number): number[] => rows.map((row) => row[i]!);
  const mean = Float64Array.from({ length: d }, (_, i) => column(i).reduce((sum, value) => sum + value, 0) / n);
  const scatter = Float64Array.from({ length: d * d }, (_, at) => {
    const [a, b] = [Math.floor(at / d), at % d];
    return rows.reduce((sum, row) => sum + (row[a]! - mean[a]!) * (row[b]! - mean[b]!), 0);
  });
  return { n, mean, scatter };
}

function expectSame(found: Moments, expected: Moments, relative = 1e-12): void {
  expect(found.n).toBe(expected.n);
  for (const part of ["mean", "scatter"] as const) {
    const most = expected[part].reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(found[part]).toHaveLength(expected[part].length);
    for (const [at, value] of expected[part].entries()) expect(Math.abs(found[part][at]! - value)).toBeLessThanOrEqual(relative * most);
  }
}

describe("moments", () => {
  it("by hand", () => {
    const found = momentsOf([[1, 0], [2, 4], [6, 2]]); // prettier-ignore
    expect({ ...found, mean: [...found.mean], scatter: [...found.scatter] }).toEqual({ n: 3, mean: [3, 2], scatter: [14, 2, 2, 8] });
  });

  it.each([1, 7, 64, 65, 200])("of a stream in batches of %i are those of two passes", (size) => {
    const rows = normals(200, 5, 3);
    const stream = streamMoments(5);
    for (let from = 0; from < rows.length; from += size) stream.add(rows.slice(from, from + size));
    expectSame(stream.moments(), twoPasses(rows));
    expectSame(momentsOf(rows), twoPasses(rows));
  });

  it("keep their digits far from 0", () => {
    const near = normals(300, 3, 4);
    const far = near.map((row) => row.map((value) => value + 1e8));
    const stream = streamMoments(3);
    for (const row of far) stream.add([row]);
    // 1e8 leaves 8 digits of the rows themselves.
    expectSame({ ...stream.moments(), mean: twoPasses(far).mean }, { ...twoPasses(near), mean: twoPasses(far).mean }, 1e-6);
  });

  it("of two streams merge into those of all rows, in either order, with nothing and with one row", () => {
    const rows = normals(90, 4, 5);
    const of = (some: Latents): Moments => {
      const stream = streamMoments(4);
      stream.add(some);
      return stream.moments();
    };
    const all = twoPasses(rows);
    for (const cut of [0, 1, 30, 89, 90]) {
      const [a, b] = [of(rows.slice(0, cut)), of(rows.slice(cut))];
      expectSame(mergedMoments(a, b), all);
      expectSame(mergedMoments(b, a), all);
    }
    const none = mergedMoments(of([]), of([]));
    expect([none.n, ...none.mean, ...none.scatter]).toEqual(Array(21).fill(0));
  });

  it("are copies: what comes later changes nothing", () => {
    const stream = streamMoments(1);
    stream.add([[1], [3]]);
    const before = stream.moments();
    const merged = mergedMoments(before, before);
    stream.add([[50]]);
    expect([before.n, before.mean[0], before.scatter[0]]).toEqual([2, 2, 2]);
    expect([merged.n, merged.mean[0], merged.scatter[0]]).toEqual([4, 2, 4]);
  });

  it("refuse rows of another length, what is no number, and streams of another width", () => {
    const stream = streamMoments(2);
    stream.add([[1, 2]]);
    expect(() => stream.add([[1, 2], [1, 2, 3]])).toThrow("[fsd] stream: row 1 has 3 numbers. Expected 2, as in row 0. Give latents of one network."); // prettier-ignore
    expect(() => stream.add([[5, 6], [1, NaN]])).toThrow("[fsd] stream: row 1 holds NaN at 1. Expected finite numbers of at most 1e100. Look for it in the network's output."); // prettier-ignore
    expect(stream.moments().n).toBe(1);
    expect(() => mergedMoments(stream.moments(), streamMoments(3).moments())).toThrow(
      "[fsd] the one stream has 2 numbers a row, the other has 3. Expected the same: a distance is taken in one space. Give latents of one size.",
    );
  });

  it("of many rows need no more memory than those of few", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held = (): number => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const d = 192;
    const stream = streamMoments(d);
    const some = (batch: number): Float64Array[] =>
      Array.from({ length: 100 }, (_, r) => Float64Array.from({ length: d }, (__, i) => ((batch * 31 + r * 17 + i * 7) % 101) / 101));
    for (let batch = 0; batch < 5; batch++) stream.add(some(batch));
    const before = held();
    for (let batch = 5; batch < 205; batch++) stream.add(some(batch));
    // The 20,000 rows have 31 MB, their moments 0.3.
    expect(held() - before).toBeLessThan(6e6);
    expect(stream.moments().n).toBe(20_500);
  });
});
