import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { frechetOfGaussians, frechetOfRows } from "./frechet.js";
import { gaussianOf } from "./gaussian.js";
import { momentsOf, streamMoments } from "./moments.js";
import { fsdAlign, fsdDomain, fsdPred } from "./readings.js";
import { closeTo, normals } from "./testing.js";

const { cases } = JSON.parse(readFileSync(new URL("../fixtures/frechet.json", import.meta.url), "utf8")) as {
  readonly cases: readonly {
    readonly name: string;
    readonly x: number[][];
    readonly y: number[][];
    readonly components: number;
    readonly pca: number;
    readonly pcaLedoitWolf: number;
  }[];
};

const caution = (set: string, n: number, d: number): string =>
  `${set} has ${n} rows for ${d} dimensions, fewer than 10 for each: the value is too large, by more the fewer they are. Compare it only with values of the same N and options, or lower pca.`;

describe("each reading", () => {
  const [x, y] = [[[0], [2]], [[5], [5]]]; // prettier-ignore
  const none = { resamples: 0 };

  it("says which it is, of which sets, N, d and all options", () => {
    expect(fsdDomain({ source: x, target: y }, none)).toEqual({
      ...{ reading: "FSD_domain", value: 18, interval: null, reason: "no resamples were asked for" },
      ...{ x: { set: "source", n: 2 }, y: { set: "target", n: 2 }, d: 1 },
      ...{ shrink: "none", pca: null, form: "covariances" },
      cautions: [caution("FSD_domain: source", 2, 1), caution("FSD_domain: target", 2, 1)],
    });
    const align = fsdAlign({ aligned: x, semantic: y }, none);
    expect([align.reading, align.x.set, align.y.set, align.value]).toEqual(["FSD_align", "aligned", "semantic", 18]);
    const pred = fsdPred({ predicted: x, truth: y }, none);
    expect([pred.reading, pred.x.set, pred.y.set, pred.value]).toEqual(["FSD_pred", "predicted", "truth", 18]);
  });

  it("does not take the sets of another reading", () => {
    // @ts-expect-error: a P-SAE's latents of masks are no target domain.
    expect(() => fsdDomain({ source: x, semantic: y })).toThrow();
    // @ts-expect-error: FSD_align is of pictures and their true masks.
    expect(() => fsdAlign({ predicted: x, truth: y })).toThrow();
    // @ts-expect-error: FSD_pred has no domains.
    expect(() => fsdPred({ source: x, target: y })).toThrow();
  });

  it("has an interval of rows, by hand", () => {
    // Of X = {0, 2} one draws 0 0 (25), 2 2 (9), or both (4² + 2 = 18, twice as often): mean 17.5, bias −0.5, percentiles 9 and 25.
    const { value, interval } = fsdDomain({ source: x, target: y }, { resamples: 4000, seed: 5 });
    expect(value).toBe(18);
    expect(Math.abs(interval!.bias + 0.5)).toBeLessThan(0.3);
    expect(interval!.low + interval!.bias).toBeCloseTo(9, 9);
    expect(interval!.high + interval!.bias).toBeCloseTo(25, 9);
    expect(interval).toMatchObject({ level: 0.95, resamples: 4000, seed: 5, units: "rows", draws: "each set by itself" });
  });

  it("has an interval of groups, by hand", () => {
    // a a: 0 2 0 2, mean 1, variance 4/3; a b: mean 4, variance 28; b b: 10 10. To {5, 5}: 16 + 4/3, 29, 25.
    const groups = { source: ["a", "a", "b"], target: ["p", "q"] };
    const { value, interval } = fsdDomain({ source: [[0], [2], [10]], target: y }, { groups, resamples: 2000 }); // prettier-ignore
    closeTo(value, 29);
    closeTo(interval!.low + interval!.bias, 52 / 3);
    closeTo(interval!.high + interval!.bias, 29);
    expect([interval!.units, interval!.draws]).toEqual(["groups", "each set by itself"]);
    const one = fsdDomain({ source: [[0], [2], [10]], target: y }, { groups: { ...groups, target: ["p", "p"] } }); // prettier-ignore
    expect([one.interval, one.reason]).toEqual([null, "one group says nothing about the spread between groups"]);
  });

  it("draws pictures, not rows of each set, where both sets are of the same pictures", () => {
    const [a, b] = [[[0], [2], [7]], [[1], [3], [8]]]; // prettier-ignore
    for (const { value, interval } of [fsdAlign({ aligned: a, semantic: b }), fsdPred({ predicted: a, truth: b })]) {
      // Every draw of pairs is a shift by 1.
      closeTo(value, 1);
      closeTo(interval!.low, 1);
      closeTo(interval!.high, 1);
      expect(interval!.draws).toBe("pairs");
    }
    const domains = fsdDomain({ source: a, target: b }).interval!;
    expect([domains.draws, domains.high > 2]).toEqual(["each set by itself", true]);
    expect(fsdAlign({ aligned: a, semantic: [...b, [9]] }).interval!.draws).toBe("each set by itself");
    const alike = { aligned: ["p", "p", "q"], semantic: ["p", "p", "q"] };
    expect(fsdAlign({ aligned: a, semantic: b }, { groups: alike }).interval).toMatchObject({ units: "groups", draws: "pairs" });
    const others = { ...alike, semantic: ["p", "q", "q"] };
    expect(fsdAlign({ aligned: a, semantic: b }, { groups: others }).interval!.draws).toBe("each set by itself");
  });

  it("is the same for the same seed, wider for a higher level, and another for another seed", () => {
    const sets = { source: normals(12, 3, 1), target: normals(15, 3, 2) };
    const of = (options: object): { readonly low: number; readonly high: number } =>
      fsdDomain(sets, { resamples: 100, ...options }).interval!;
    expect(of({})).toEqual(of({ seed: 0 }));
    expect(of({ seed: 1 })).not.toEqual(of({}));
    expect(of({ level: 0.5 }).high - of({ level: 0.5 }).low).toBeLessThan(of({}).high - of({}).low);
    expect(fsdDomain(sets).interval).toMatchObject({ resamples: 200, level: 0.95, seed: 0 });
  });
});

describe("options", () => {
  const sets = { source: normals(12, 6, 1), target: normals(15, 6, 2, 1.4) };

  it.each(cases.map((one) => [one.name, one] as const))("pca is fitted on both sets, as scikit-learn's: %s", (_, one) => {
    const { x: source, y: target, components: pca } = one;
    closeTo(fsdDomain({ source, target }, { pca, resamples: 0 }).value, one.pca, 1e-8);
    closeTo(fsdDomain({ source, target }, { pca, shrink: "ledoit-wolf", resamples: 0 }).value, one.pcaLedoitWolf, 1e-8);
    closeTo(fsdDomain({ source: momentsOf(source), target: momentsOf(target) }, { pca, resamples: 0 }).value, one.pca, 1e-8);
    closeTo(fsdDomain({ source: momentsOf(source), target }, { pca, resamples: 0 }).value, one.pca, 1e-8);
  });

  it("pca of all dimensions turns, and changes nothing", () => {
    const all = fsdDomain(sets, { pca: 6, resamples: 0 });
    closeTo(all.value, frechetOfRows(sets.source, sets.target));
    expect([all.d, all.pca]).toEqual([6, 6]);
    expect(fsdDomain(sets, { pca: 1, resamples: 0 }).cautions).toEqual([]);
    expect(fsdDomain(sets, { pca: 2, resamples: 0 }).cautions).toEqual([caution("FSD_domain: source", 12, 2), caution("FSD_domain: target", 15, 2)]); // prettier-ignore
  });

  it("pca holds for the interval too", () => {
    // No covariance between the axes, and the first one varies most: one component is the first axis.
    const both = (...first: number[]): number[][] => first.flatMap((value) => [[value, 1], [value, -1]]); // prettier-ignore
    const [source, target] = [both(-5, 3), both(9, 10)];
    const first = (rows: number[][]): number[][] => rows.map(([value]) => [value!]);
    const [found, alone] = [fsdDomain({ source, target }, { pca: 1 }), fsdDomain({ source: first(source), target: first(target) })];
    for (const bound of ["low", "high", "bias"] as const) expect(found.interval![bound]).toBeCloseTo(alone.interval![bound], 9);
  });

  it("shrink reaches the value and the interval", () => {
    const value = frechetOfGaussians(gaussianOf(sets.source, "ledoit-wolf"), gaussianOf(sets.target, "ledoit-wolf"));
    const found = fsdDomain(sets, { shrink: "ledoit-wolf", resamples: 20 });
    expect([found.value, found.shrink, found.form]).toEqual([value, "ledoit-wolf", "covariances"]);
    const resampled = found.value + found.interval!.bias;
    const plain = fsdDomain(sets, { resamples: 20 });
    expect(resampled).not.toBeCloseTo(plain.value + plain.interval!.bias, 3);
    expect(fsdDomain(sets, { shrink: "identity", resamples: 0 }).value).toBe(
      frechetOfGaussians(gaussianOf(sets.source, "identity"), gaussianOf(sets.target, "identity")),
    );
  });

  it("the cheaper form is taken: singular values up to N_X N_Y min(N_X, N_Y) = d³", () => {
    const form = (nx: number, ny: number, options = {}): string =>
      fsdDomain({ source: normals(nx, 6, 1), target: normals(ny, 6, 2) }, { resamples: 0, ...options }).form;
    expect([form(6, 6), form(6, 7), form(2, 54), form(55, 2)]).toEqual([
      "singular values",
      "covariances",
      "singular values",
      "covariances",
    ]);
    expect([form(3, 3, { shrink: "identity" }), form(3, 3, { pca: 2 }), form(3, 3, { pca: 3 })]).toEqual(["covariances", "covariances", "singular values"]); // prettier-ignore
  });

  it("takes moments, without interval", () => {
    const stream = streamMoments(6);
    for (const row of sets.source) stream.add([row]);
    const found = fsdDomain({ source: stream.moments(), target: sets.target });
    closeTo(found.value, frechetOfRows(sets.source, sets.target));
    expect([found.x.n, found.interval, found.reason]).toEqual([12, null, "moments hold no rows to draw from"]);
  });

  it.each([
    [{ level: 1 }, "fsd-level", "[fsd] the level of the interval is 1. Expected a number between 0 and 1, such as 0.95."],
    [{ level: 0 }, "fsd-level", "[fsd] the level of the interval is 0. Expected a number between 0 and 1, such as 0.95."],
    [{ resamples: 9 }, "fsd-resamples", "[fsd] resamples is 9. Expected 0 for no interval, or a whole number from 10 on, such as 200."],
    [
      { resamples: 20.5 },
      "fsd-resamples",
      "[fsd] resamples is 20.5. Expected 0 for no interval, or a whole number from 10 on, such as 200.",
    ],
    [{ seed: -1 }, "fsd-seed", "[fsd] the seed is -1. Expected a whole number from 0 to 4294967295, such as 0."],
    [{ seed: 2 ** 32 }, "fsd-seed", "[fsd] the seed is 4294967296. Expected a whole number from 0 to 4294967295, such as 0."],
    [
      { pca: 7 },
      "fsd-pca",
      "[fsd] pca is 7. Expected a whole number from 1 to 6: both sets together have 27 rows of 6 numbers. Lower it, or leave it out.",
    ],
    [
      { pca: 0 },
      "fsd-pca",
      "[fsd] pca is 0. Expected a whole number from 1 to 6: both sets together have 27 rows of 6 numbers. Lower it, or leave it out.",
    ],
    [
      { pca: 1.5 },
      "fsd-pca",
      "[fsd] pca is 1.5. Expected a whole number from 1 to 6: both sets together have 27 rows of 6 numbers. Lower it, or leave it out.",
    ],
    [
      { groups: { source: Array<string>(12).fill("a"), target: ["a"] } },
      "fsd-groups",
      "[fsd] FSD_domain: target has 15 rows and 1 groups. Expected one group a row. Give a group for every row.",
    ],
  ])("out of range are refused: %j", (options, code, message) => {
    expect(() => fsdDomain(sets, options)).toThrow(Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 }));
  });

  it("pca knows that few rows differ in few directions", () => {
    expect(() => fsdDomain({ source: normals(2, 6, 1), target: normals(2, 6, 2) }, { pca: 4 })).toThrow(
      "[fsd] pca is 4. Expected a whole number from 1 to 3: both sets together have 4 rows of 6 numbers. Lower it, or leave it out.",
    );
  });

  it.each([
    [
      [[1]],
      [[1], [2]],
      "fsd-rows",
      "[fsd] FSD_pred: predicted has 1 rows. Expected at least 2: fewer have no covariance. Give one row for every picture.",
    ],
    [
      [[1], [2]],
      [],
      "fsd-rows",
      "[fsd] FSD_pred: truth has 0 rows. Expected at least 2: fewer have no covariance. Give one row for every picture.",
    ],
    [
      [[1], [NaN]],
      [[1], [2]],
      "fsd-not-finite",
      "[fsd] FSD_pred: predicted: row 1 holds NaN at 0. Expected finite numbers of at most 1e100. Look for it in the network's output.",
    ],
    [
      [[1], [2]],
      [[1, 2], [3]],
      "fsd-row-length",
      "[fsd] FSD_pred: truth: row 1 has 1 numbers. Expected 2, as in row 0. Give latents of one network.",
    ],
    [
      [[], []],
      [[1], [2]],
      "fsd-row-length",
      "[fsd] FSD_pred: predicted: row 0 has 0 numbers. Expected at least 1. Give latents of one network.",
    ],
    [
      [[1], [2]],
      [
        [1, 2],
        [3, 4],
      ],
      "fsd-width",
      "[fsd] FSD_pred: predicted has 1 numbers a row, FSD_pred: truth has 2. Expected the same: a distance is taken in one space. Give latents of one size.",
    ],
  ])("wrong sets are refused %#", (predicted, truth, code, message) => {
    expect(() => fsdPred({ predicted, truth })).toThrow(Object.assign(new Error(message), { name: "SegDistillError", code, exit: 2 }));
  });

  it("moments of one row, and Ledoit-Wolf with moments, are refused", () => {
    const one = streamMoments(1);
    one.add([[1]]);
    expect(() => fsdDomain({ source: one.moments(), target: [[1], [2]] })).toThrow(/^\[fsd\] FSD_domain: source has 1 rows\./);
    const two = momentsOf([[1], [2]]);
    expect(() => fsdDomain({ source: [[1], [2]], target: two }, { shrink: "ledoit-wolf" })).toThrow(
      "[fsd] shrink: ledoit-wolf reads the rows of FSD_domain: target, and only its moments were given. Expected rows. Give them, or leave shrink: ledoit-wolf out.",
    );
  });
});
