import {
  add,
  concat,
  expandDims,
  gather,
  grads,
  mul,
  ones,
  randomNormal,
  reshape,
  sub,
  tensor,
  tensor1d,
  zeros,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { expectClose, readFixture } from "@segdistill/core/testing";
import { expect } from "vitest";
import type { DicdOptions } from "../src/index.js";
import type { Crossing, Half } from "./crossing.js";

const learnt = ["bottleneck", "skip", "w", "u", "v"] as const;
type Learnt = (typeof learnt)[number];
interface Case extends Required<Pick<DicdOptions, "divergence" | "detachSkips" | "headers">> {
  readonly teacher: Half;
  readonly student: Half;
  readonly valid: Tensor;
  readonly loss: number;
  readonly gradients: Readonly<Record<Learnt, Tensor>>;
}
const divergences = ["kl", "ce", "mse"] as const;

const number = (x: Tensor): number => x.dataSync()[0]!;
const relative = (found: number, expected: number): number => Math.abs(found / expected - 1);
const largest = (x: Tensor): number => Math.max(...x.dataSync().map(Math.abs));

/** Gradients in the student's maps and decoder. */
function slopes(crossing: Crossing, options: DicdOptions, student: Half, teacher: Half, valid: Tensor): Readonly<Record<Learnt, Tensor>> {
  const of = (...given: Tensor[]): Tensor =>
    crossing(options, { ...student, ...Object.fromEntries(learnt.map((name, i) => [name, given[i]!])) }, teacher, valid);
  const found = grads(of)(learnt.map((name) => student[name]));
  return Object.fromEntries(learnt.map((name, i) => [name, found[i]!])) as Record<Learnt, Tensor>;
}

/** Of pictures of 4 × 6 pixels: the teacher's bottleneck 2 × 3 × 7, the student's 1 × 2 × 9, skips of 2 and 3 channels, 3 classes, 5 numbers in a vector. */
function drawn(seed: number, side: "teacher" | "student", b = 3): Half {
  const [h, w, c, s] = side === "teacher" ? [2, 3, 7, 2] : [1, 2, 9, 3];
  let next = seed * 100;
  const normal = (...shape: number[]): Tensor => randomNormal(shape, 0, 1, "float32", next++);
  return {
    bottleneck: normal(b, h, w, c),
    skip: normal(b, 4, 6, s),
    w: mul(normal(c, 4), 0.5),
    u: normal(s, 4),
    v: mul(normal(4, 3), 2),
    down: normal(c, 5),
    up: normal(5, h * w * c),
    place: normal(h * w * c),
  };
}
const everywhere = (f: (options: DicdOptions) => void): void => {
  for (const divergence of divergences) for (const headers of ["exchanged", "own"] as const) f({ divergence, headers });
};
const all = (b: number): Tensor => ones([b, 4, 6]);
const each = (half: Half, f: (x: Tensor) => Tensor): Half => ({ ...half, bottleneck: f(half.bottleneck), skip: f(half.skip) });

/**
 * One picture of two pixels, the second of which is not valid; one channel everywhere. a = ½ ln 3, so tanh a = ½. In the first pixel the teacher's logits are
 * tanh(0 + a) · (2 ln 3, 0) = (ln 3, 0): p_T = (3/4, 1/4), and its vector is tanh a = 1/2. The student's vector is tanh 0 = 0.
 * Through the teacher: 0 · 5 − a gives (−ln 3, 0): (1/4, 3/4). Through the student: 1/2 · 2 − 2 = −1, and 1 of the skip: (0, 0): (1/2, 1/2).
 * The student by itself: 0 · 2 − 2 = −2, and 1 of the skip: tanh(−1) · (2 ln 3, 0).
 */
const a = 0.5 * Math.log(3);
const row = (...values: readonly number[]): Tensor => tensor([...values], [1, 1, values.length, 1]);
const matrix = (...values: readonly number[]): Tensor => tensor([...values], [1, values.length]);
const ln3 = Math.log(3);
const byHand = () => ({
  teacher: { bottleneck: row(a), skip: row(0, 40), w: matrix(1), u: matrix(1), v: matrix(2 * ln3, 0), down: matrix(1), up: matrix(5), place: tensor1d([-a]) },
  student: { bottleneck: row(0), skip: row(3, -70), w: matrix(1), u: matrix(1 / 3), v: matrix(2 * ln3, 0), down: matrix(4), up: matrix(2), place: tensor1d([-2]) },
  valid: tensor([1, 0], [1, 1, 2]),
}); // prettier-ignore

/** What must hold of DICD's loss (methods.md 3.6, "Tests"), as functions of an implementation: the package's own passes all of them, each wrong variant fails at one or more. */
export const checks: Readonly<Record<string, (crossing: Crossing) => void>> = {
  "by hand": (crossing) => {
    const hand = byHand();
    const at = (options: DicdOptions): number => number(crossing(options, hand.student, hand.teacher, hand.valid));
    const [through, back] = [0.5 * ln3, 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5)];
    expect(at({})).toBeCloseTo(through + back, 6);
    expect(at({ divergence: "ce" })).toBeCloseTo(Math.log(4) + Math.log(2), 6);
    expect(at({ divergence: "mse" })).toBeCloseTo(0.5 ** 2 + 0.25 ** 2, 6);
    const own = 1 / (1 + Math.exp(-2 * ln3 * Math.tanh(-1)));
    expect(at({ headers: "own" })).toBeCloseTo(0.75 * Math.log(0.75 / own) + 0.25 * Math.log(0.25 / (1 - own)), 6);
    expect(at({ headers: "own", divergence: "ce" })).toBeCloseTo(-Math.log(own), 6);
    expect(at({ headers: "own", divergence: "mse" })).toBeCloseTo((0.75 - own) ** 2, 6);
    for (const headers of ["exchanged", "own"] as const) expect(at({ detachSkips: true, headers })).toBe(at({ headers }));
  },

  /** The teacher's logits are (0, 1/2, 1/2): the second class is the label. The student's classes are (0, x, −x) with x = 0 through it: 1/3 each. */
  "by hand, tied classes": (crossing) => {
    const hand = byHand();
    const three = { teacher: { ...hand.teacher, v: matrix(0, 1, 1) }, student: { ...hand.student, v: matrix(0, 1, -1) } };
    const at = (options: DicdOptions): number => number(crossing(options, three.student, three.teacher, hand.valid));
    // by itself (0, tanh −1, −tanh −1); another label than the second is cheaper
    const x = Math.tanh(-1);
    expect(at({ divergence: "ce", headers: "own" })).toBeCloseTo(Math.log(1 + Math.exp(x) + Math.exp(-x)) - x, 6);
    // through the teacher (0, −1/2, −1/2)
    expect(at({ divergence: "ce" })).toBeCloseTo(Math.log(3) + Math.log(1 + 2 * Math.exp(-0.5)) + 0.5, 6);
  },

  "values and gradients are PyTorch's": (crossing) => {
    const { cases } = readFixture(new URL("../fixtures/cross.json", import.meta.url), (data, shape) => tensor(data, shape)) as {
      readonly cases: readonly Case[];
    };
    expect(cases.length).toBe(24);
    for (const { divergence, detachSkips, headers, teacher, student, valid, loss, gradients } of cases) {
      const options = { divergence, detachSkips, headers };
      const what = `${JSON.stringify(options)}, batch of ${valid.shape[0]}`;
      expectClose(crossing(options, student, teacher, valid), [loss], { what });
      const found = slopes(crossing, options, student, teacher, valid);
      for (const name of learnt) expectClose(found[name], gradients[name], { what: `gradient in ${name}, ${what}` });
    }
  },

  "the gradient goes through teacher and student, and into skips unless they are detached": (crossing) => {
    for (const divergence of divergences)
      for (const headers of ["exchanged", "own"] as const)
        for (const detachSkips of [false, true]) {
          const found = slopes(crossing, { divergence, headers, detachSkips }, drawn(1, "student"), drawn(2, "teacher"), all(3));
          const { skip, ...rest } = found;
          for (const one of Object.values(rest)) expect(largest(one)).toBeGreaterThan(1e-4);
          if (detachSkips) expect(largest(skip)).toBe(0);
          else expect(largest(skip)).toBeGreaterThan(1e-4);
        }
  },

  "0 by kl and mse where both cross predictions are the teacher's, not merely where the networks are equal": (crossing) => {
    const teacher = drawn(2, "teacher", 1);
    // a vector that says nothing, and a place that is the bottleneck
    const exact: Half = { ...teacher, up: zeros(teacher.up.shape), place: reshape(teacher.bottleneck, [-1]) };
    for (const divergence of ["kl", "mse"] as const)
      for (const headers of ["exchanged", "own"] as const) {
        expect(Math.abs(number(crossing({ divergence, headers }, exact, exact, all(1))))).toBeLessThan(1e-12);
        for (const slope of Object.values(slopes(crossing, { divergence, headers }, exact, exact, all(1))))
          expect(largest(slope)).toBeLessThan(1e-6);
        expect(number(crossing({ divergence, headers }, teacher, teacher, all(1)))).toBeGreaterThan(1e-3);
      }
    expect(number(crossing({ divergence: "ce" }, exact, exact, all(1)))).toBeGreaterThan(1e-3);
  },

  "P3m: the batch twice, the same mean": (crossing) =>
    everywhere((options) => {
      const [s, t] = [drawn(1, "student"), drawn(2, "teacher")];
      const twice = (half: Half): Half => each(half, (x) => concat([x, x]));
      expect(relative(number(crossing(options, twice(s), twice(t), all(6))), number(crossing(options, s, t, all(3))))).toBeLessThan(1e-5);
    }),

  "P4: finite on zeros, and where classes are certain": (crossing) =>
    everywhere((options) => {
      const nothing = (half: Half): Half => each(half, (x) => mul(x, 0));
      const certain = (half: Half): Half => ({ ...half, v: mul(half.v, 1e4) });
      const [s, t] = [drawn(1, "student"), drawn(2, "teacher")];
      for (const [own, target] of [[nothing(s), t], [s, nothing(t)], [nothing(s), nothing(t)], [certain(s), t], [s, certain(t)], [certain(s), certain(t)]] as const) {
        expect(Number.isFinite(number(crossing(options, own, target, all(3))))).toBe(true);
        for (const slope of Object.values(slopes(crossing, options, own, target, all(3)))) expect(slope.dataSync().every(Number.isFinite)).toBe(true);
      }
    }), // prettier-ignore

  "P6: pictures in another order": (crossing) =>
    everywhere((options) => {
      const [s, t] = [drawn(1, "student"), drawn(2, "teacher")];
      const turned = (half: Half): Half => each(half, (x) => gather(x, tensor1d([2, 0, 1], "int32")));
      expect(relative(number(crossing(options, turned(s), turned(t), all(3))), number(crossing(options, s, t, all(3))))).toBeLessThan(1e-5);
    }),

  "a constant added to all logits of a pixel changes nothing": (crossing) =>
    everywhere((options) => {
      const [s, t] = [drawn(1, "student"), drawn(2, "teacher")];
      const shifted = (half: Half): Half => ({ ...half, v: add(half.v, tensor([1, -2, 3, 0.5], [4, 1])) }); // the same to every class
      expect(relative(number(crossing(options, shifted(s), shifted(t), all(3))), number(crossing(options, s, t, all(3))))).toBeLessThan(
        1e-4,
      );
    }),

  "a pixel that is not valid counts nowhere": (crossing) =>
    everywhere((options) => {
      const [s, t] = [drawn(1, "student"), drawn(2, "teacher")];
      const valid = tensor(Array.from({ length: 72 }, (_, u) => Number(u % 5 !== 2)), [3, 4, 6]); // prettier-ignore
      const wild = (half: Half): Half => ({ ...half, skip: add(half.skip, mul(expandDims(sub(1, valid), -1), 9)) });
      expect(number(crossing(options, wild(s), wild(t), valid))).toBe(number(crossing(options, s, t, valid)));
      expect(number(crossing(options, s, t, valid))).not.toBe(number(crossing(options, s, t, all(3))));
    }),
};
