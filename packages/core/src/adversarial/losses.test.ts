import {
  add,
  concat,
  gather,
  grads,
  leakyRelu,
  mean,
  mul,
  square,
  sum,
  tensor,
  tensor1d,
  zerosLike,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { conv2d } from "@segdistill/backend/ops";
import { describe, expect, test } from "vitest";
import type { Loss } from "../contract/index.js";
import { gradientPenalty, hinge, leastSquares, wassersteinGp, type AdversarialLoss, type Against } from "./index.js";

await startEngine();

/** Noise that is the same `a` for every image, or the numbers given; it notes where it was drawn. */
const held = (a: readonly number[], drawn: unknown[] = []): Against["noise"] => ({
  uniform: (site, shape) => {
    drawn.push([site, shape]);
    return tensor([...a], [a.length, ...shape]);
  },
});
const parts = ({ sum: s, count }: Loss) => ({ sum: [...s.dataSync()], count: [...count!.dataSync()] });
const total = (loss: Loss): number => {
  const { sum: s, count } = parts(loss);
  return s.reduce((x, y) => x + y, 0) / count.reduce((x, y) => x + y, 0);
};

// two images of 1 × 4 pixels with two channels, scored by 3·first + 4·second
const real = tensor([[[[1, 0], [0, 1], [1, 1], [0, 0]]], [[[1, 0], [1, 0], [1, 0], [1, 0]]]]) as Tensor4D; // prettier-ignore
const fake = tensor([[[[0, 0], [0, 0], [1, 0], [0, 1]]], [[[-1, 0], [-1, 0], [-1, 0], [-1, 0]]]]) as Tensor4D; // prettier-ignore
const linear = (x: number, y: number) => (maps: Tensor4D) => conv2d(maps, tensor([x, y], [1, 1, 2, 1]) as Tensor4D);
// real scores 3 4 7 0 and 3 3 3 3, fake ones 0 0 3 4 and −3 −3 −3 −3; the slope of their sum is (3, 4) at each of 4 pixels: of length 5·√4
const score = linear(3, 4);
const noise = held([0.25, 0.5]);

describe("by hand", () => {
  test("WGAN-GP: fake − real + 10·(10 − 1)² of each image; the student's is −fake", () => {
    expect(parts(wassersteinGp().opponent({ score, real, fake, noise }))).toEqual({ sum: [1.75 - 3.5 + 810, -3 - 3 + 810], count: [1, 1] });
    expect(parts(wassersteinGp({ penalty: 2 }).opponent({ score, real, fake, noise }))).toEqual({ sum: [160.25, 156], count: [1, 1] });
    expect(parts(wassersteinGp().student(score(fake)))).toEqual({ sum: [-1.75, 3], count: [1, 1] });
  });

  test("without a penalty no noise is drawn; with one, one number an image", () => {
    const drawn: unknown[] = [];
    const against = { score, real, fake, noise: held([0.25, 0.5], drawn) };
    expect(parts(wassersteinGp({ penalty: 0 }).opponent(against))).toEqual({ sum: [-1.75, -6], count: [1, 1] });
    for (const first of [leastSquares(), hinge()]) first.opponent(against);
    expect(drawn).toEqual([]);
    wassersteinGp().opponent(against);
    expect(drawn).toEqual([["mix", [1, 1, 1]]]);
  });

  test("LSGAN: ½ of (2, 3, 6, −1)² and (2, 2, 2, 2)² for real, of (0, 0, 3, 4)² and (−3, …)² for fake; the student's ½ of (−1, −1, 2, 3)² and (−4, …)²", () => {
    const against = { score, real, fake, noise };
    expect(parts(leastSquares().opponent(against))).toEqual({ sum: [50 / 8 + 25 / 8, 2 + 4.5], count: [1, 1] });
    expect(parts(leastSquares().student(score(fake)))).toEqual({ sum: [15 / 8, 8], count: [1, 1] });
  });

  test("hinge: of real scores only those below 1, of fake ones only those above −1", () => {
    expect(parts(hinge().opponent({ score, real, fake, noise }))).toEqual({ sum: [1 / 4 + (1 + 1 + 4 + 5) / 4, 0], count: [1, 1] });
    expect(parts(hinge().student(score(fake)))).toEqual({ sum: [-1.75, 3], count: [1, 1] });
  });

  test("an image that does not count counts nowhere", () => {
    const where = tensor1d([0, 1]);
    expect(parts(wassersteinGp().opponent({ score, real, fake, noise, where }))).toEqual({ sum: [0, 804], count: [0, 1] });
    expect(parts(leastSquares().opponent({ score, real, fake, noise, where }))).toEqual({ sum: [0, 6.5], count: [0, 1] });
    expect(parts(hinge().opponent({ score, real, fake, noise, where }))).toEqual({ sum: [0, 0], count: [0, 1] });
    for (const [loss, value] of [[wassersteinGp(), 3], [leastSquares(), 8], [hinge(), 3]] as const) // prettier-ignore
      expect(parts(loss.student(score(fake), where)).sum.map(Math.abs)).toEqual([0, value]);
  });

  test("the penalty is taken at a·real + (1 − a)·fake: D(x) = ½Σx² has the slope x", () => {
    // real (3, 4, 0, …) and (0, 12, 5, …), fake 0 and (0, 0, 5, …): at a = ½ the lengths are 2.5 and √61, at 1 they are 5 and 13
    const half = (x: Tensor4D): Tensor => mul(0.5, sum(square(x), [1, 2, 3]));
    const [there, here] = [[3, 4, 0, 0, 0, 0, 12, 5, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0]].map((x) => tensor(x, [2, 1, 3, 2])) as [Tensor4D, Tensor4D]; // prettier-ignore
    const at = (a: number): number[] => [...gradientPenalty(half, { real: there, fake: here, a: tensor([a, a], [2, 1, 1, 1]) }).dataSync()];
    for (const [a, lengths] of [[0.5, [2.5, Math.sqrt(61)]], [1, [5, 13]], [0, [1e-6, 5]]] as const) // prettier-ignore
      for (const [i, found] of at(a).entries()) expect(found).toBeCloseTo((lengths[i]! - 1) ** 2, 4);
  });

  test("a linear opponent whose slope has length 1 pays no penalty", () => {
    // (0.3, 0.4) at four pixels: 0.5·√4
    const all = [...gradientPenalty(linear(0.3, 0.4), { real, fake, a: tensor([0.3, 0.9], [2, 1, 1, 1]) }).dataSync()];
    expect(Math.max(...all)).toBeLessThan(1e-12);
    expect([...gradientPenalty(linear(0.3, 0.5), { real, fake, a: tensor([0.3, 0.9], [2, 1, 1, 1]) }).dataSync()][0]).toBeGreaterThan(1e-2);
  });
});

// an opponent that is not linear, on maps of 4 × 3 pixels
const numbers = (shape: readonly number[], seed: number): Tensor =>
  tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(3.7 * i + seed)), [...shape]); // prettier-ignore
const kernel = (): Tensor4D => numbers([3, 3, 2, 5], 1) as Tensor4D;
const bent =
  (k: Tensor4D) =>
  (maps: Tensor4D): Tensor =>
    mean(leakyRelu(conv2d(maps, k, { stride: 2, padding: 1 }), 0.2), 3);
const [teacher, student] = [numbers([3, 4, 3, 2], 2), numbers([3, 4, 3, 2], 5)] as [Tensor4D, Tensor4D];
const mix = [0.2, 0.55, 0.9];
const losses: readonly [string, AdversarialLoss][] = [["WGAN-GP", wassersteinGp()], ["LSGAN", leastSquares()], ["hinge", hinge()]]; // prettier-ignore

describe("properties", () => {
  test.each(losses)("%s: the batch twice is the same mean, images in another order too", (_, loss) => {
    const d = bent(kernel());
    const value = (r: Tensor4D, f: Tensor4D, a: readonly number[]): number[] => [
      total(loss.opponent({ score: d, real: r, fake: f, noise: held(a) })),
      total(loss.student(d(f))),
    ];
    const once = value(teacher, student, mix);
    const twice = value(concat([teacher, teacher]), concat([student, student]), [...mix, ...mix]);
    const other = [2, 0, 1];
    const turned = value(gather(teacher, other), gather(student, other), other.map((i) => mix[i]!)); // prettier-ignore
    for (const again of [twice, turned]) for (const [i, x] of again.entries()) expect(Math.abs(x / once[i]! - 1)).toBeLessThan(1e-5);
    expect(Math.min(...once.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  test("a student that equals the teacher: the two expectations cancel, what is left is the penalty", () => {
    const d = bent(kernel());
    const { sum: found } = parts(wassersteinGp().opponent({ score: d, real: teacher, fake: teacher, noise: held(mix) }));
    const steep = [...gradientPenalty(d, { real: teacher, fake: teacher, a: tensor(mix, [3, 1, 1, 1]) }).dataSync()];
    for (const [i, x] of found.entries()) expect(x).toBeCloseTo(10 * steep[i]!, 4);
    expect(Math.min(...steep)).toBeGreaterThan(1e-3);
    const none = parts(wassersteinGp({ penalty: 0 }).opponent({ score: d, real: teacher, fake: teacher, noise: held(mix) }));
    expect(none.sum.map(Math.abs)).toEqual([0, 0, 0]);
  });

  test.each(losses)("%s: finite, with its gradient, where maps are all zeros and where the opponent has no slope", (_, loss) => {
    const zeros = zerosLike(teacher);
    for (const k of [kernel(), mul(kernel(), 0)]) {
      const value = (w: Tensor): Tensor =>
        sum(loss.opponent({ score: bent(w as Tensor4D), real: zeros, fake: zeros, noise: held(mix) }).sum);
      const [g] = grads((w: Tensor) => add(value(w), mul(0, sum(w))))([k]);
      expect([...value(k).dataSync(), ...g!.dataSync()].every((x) => Number.isFinite(x))).toBe(true);
    }
  });
});

test("what they are, as data", () => {
  expect([wassersteinGp(), wassersteinGp({ penalty: 1 }), leastSquares(), hinge()].map(({ describe: what }) => what)).toEqual([
    { wassersteinGp: { penalty: 10 } },
    { wassersteinGp: { penalty: 1 } },
    { leastSquares: {} },
    { hinge: {} },
  ]);
});

describe("errors", () => {
  const thrown = (f: () => unknown): unknown => {
    try {
      f();
    } catch (error) {
      const { message, code, exit } = error as Error & { code: string; exit: number };
      return { message, code, exit };
    }
    throw new Error("an error was expected");
  };
  test.each(losses)("%s: maps of another shape", (_, loss) => {
    expect(thrown(() => loss.opponent({ score, real, fake: teacher, noise }))).toEqual({
      code: "core/adversary-shapes",
      exit: 2,
      message:
        "[adversary] real maps are [2, 1, 4, 2], the student's [3, 4, 3, 2]. Expected one shape. Resize or project one of them before they are scored.",
    });
  });
  test.each([-1, NaN, Infinity])("a penalty of %d", (penalty) => {
    expect(thrown(() => wassersteinGp({ penalty }))).toEqual({
      code: "core/option",
      exit: 2,
      message: `[wassersteinGp] penalty is ${penalty}. Expected a number from 0 on. Leave it out for 10, or give 0 for none.`,
    });
  });
});
