import { div, mul, randomNormal, slice, sum, tensor, tensor4d, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope, type Module } from "@segdistill/core";
import type { Built, CheckedMethod, Loss, Step, Wants } from "@segdistill/core/contract";
import { describe, expect, test } from "vitest";
import { graphFlow, graphFlowLoss, salience, type TwoLayers } from "./index.js";

await startEngine();

type Pair = readonly [string, string];
const channels: Readonly<Record<string, number>> = { "encoder/2": 3, "decoder/2": 2, "encoder/4": 4, "decoder/4": 4, "up/4": 4 };
const shapes = Object.fromEntries(Object.entries(channels).map(([tap, n]) => [tap, { stride: 4, channels: n }]));
const map = (shape: [number, number, number, number], seed: number): Tensor4D => randomNormal(shape, 0, 1, "float32", seed);

/** Maps by tap: the student's, and the teacher's twice as wide. */
const seen = (b: number) => {
  const names = Object.keys(channels);
  const at = (tap: string, wide: number, seed: number): Tensor4D => map([b, 5, 6, channels[tap]! * wide], seed + names.indexOf(tap));
  return { student: (tap: string) => at(tap, 1, 1), teacher: (tap: string) => at(tap, 2, 11) };
};
/** Paraphrases by taking the first channels, times 3, so that a map which did not go through shows. */
const encode = (_: string, to: number) => (x: Tensor4D) => mul(slice(x, [0, 0, 0, 0], [-1, -1, -1, to]), 3);

function built(method: CheckedMethod, size = 64): Built<Step<Wants>> {
  const spec = { taps: shapes, classes: 2 };
  return (method.build as (site: unknown) => Built<Step<Wants>>)({
    scope: scope("distilled/graph-flow", "graph-flow", 0, new Map<string, Module>()),
    picture: { height: size, width: size + 32, channels: 1, classes: 2 },
    net: { student: spec, teacher: spec },
    use: () => encode,
  });
}

/** Every term of a method as the core reduces it. */
function terms(method: CheckedMethod, b = 3, logits?: readonly [Tensor4D, Tensor4D]): Record<string, number> {
  const maps = seen(b);
  const kept = new Map<string, unknown>();
  const step = {
    net: { student: { tap: maps.student, logits: logits?.[0] }, teacher: { tap: maps.teacher, logits: logits?.[1] } },
    once: (name: string, make: () => unknown) => kept.get(name) ?? kept.set(name, make()).get(name),
    valid: tensor(Array<number>(b * 2).fill(1), [b, 1, 2]),
  } as unknown as Step<Wants>;
  const value = ({ sum: total, count }: Loss): number => (count ? div(sum(total), sum(count)) : sum(total)).dataSync()[0]!;
  return Object.fromEntries(built(method).terms!.map(({ name, loss }) => [name, value(loss(step))]));
}

const alone = { adversarial: false, logits: false } as const;
/** What is expected of one pair, from the pure functions. */
function expected(
  pair: readonly [student: Pair, teacher: Pair],
  of: "vertex" | "edge",
  how: { reading?: "R1" | "R2" | "R3"; batchScale?: boolean } = {},
): number {
  const { reading = "R1", batchScale = true } = how;
  const maps = seen(3);
  const nodes = (x: Tensor): Tensor => salience(x as Tensor4D, { patch: 3, border: "zero" });
  const [[se, sd], [te, td]] = pair;
  const student: TwoLayers = { encoder: nodes(maps.student(se)), decoder: nodes(maps.student(sd)) };
  const teacher: TwoLayers = {
    encoder: nodes(encode(te, channels[se]!)(maps.teacher(te))),
    decoder: nodes(encode(td, channels[sd]!)(maps.teacher(td))),
  };
  return graphFlowLoss(reading, of, student, teacher, { batchScale }).dataSync()[0]!;
}
const quarter = ["encoder/4", "decoder/4"] as const;
const close = (found: number | undefined, value: number): void => expect(Math.abs(found! / value - 1)).toBeLessThan(1e-5);

describe("the graph's terms", () => {
  test.each([{ reading: "R1", batchScale: true }, { reading: "R1", batchScale: false }, { reading: "R2" }, { reading: "R3" }] as const)(
    "%o: the student's own maps against the teacher's paraphrased ones",
    (how) => {
      const found = terms(graphFlow({ ...alone, ...how }));
      expect(Object.keys(found)).toEqual(["vertex", "edge"]);
      for (const of of ["vertex", "edge"] as const) close(found[of], expected([quarter, quarter], of, how));
    },
  );

  test("two pairs, of a decoder's tap under another name and of unequal channels: their mean", () => {
    const pairs = [
      { student: { encoder: "encoder/4", decoder: "decoder/4" }, teacher: { encoder: "encoder/4", decoder: "up/4" } },
      { student: { encoder: "encoder/4", decoder: "up/4" }, teacher: { encoder: "encoder/2", decoder: "decoder/4" } },
    ] as const;
    const found = terms(graphFlow({ ...alone, pairs: pairs.map(({ student }) => ({ student, teacher: student })) }));
    const both = pairs.map(({ student: { encoder, decoder } }) =>
      expected(
        [
          [encoder, decoder],
          [encoder, decoder],
        ],
        "edge",
      ),
    );
    close(found["edge"], (both[0]! + both[1]!) / 2);
    const method = graphFlow({ ...alone, pairs });
    expect(method.wants).toEqual({ student: ["encoder/4", "decoder/4", "up/4"], teacher: ["encoder/4", "up/4", "encoder/2", "decoder/4"] });
  });
});

test("logits by hand: τ²·KL(teacher ‖ student), mean over valid pixels", () => {
  // left: teacher (3/4, 1/4), student (1/2, 1/2); right: both agree
  const teacher = tensor4d([Math.log(3), 0, 1, 2], [1, 1, 2, 2]);
  const student = tensor4d([5, 5, 7, 8], [1, 1, 2, 2]);
  const at = (temperature: number): number =>
    terms(graphFlow({ adversarial: false, logits: { temperature } }), 1, [student, teacher])["logits"]!;
  expect(at(1)).toBeCloseTo((0.75 * Math.log(1.5) + 0.25 * Math.log(0.5)) / 2, 6);
  const p = Math.sqrt(3) / (1 + Math.sqrt(3));
  expect(at(2)).toBeCloseTo((4 * (p * Math.log(2 * p) + (1 - p) * Math.log(2 * (1 - p)))) / 2, 6);
});

describe("weights", () => {
  const weights = (method: CheckedMethod): Record<string, unknown> =>
    Object.fromEntries(built(method).terms!.map(({ name, weight }) => [name, weight]));
  test("published ones; 1 for cosines", () => {
    expect(weights(graphFlow())).toEqual({ vertex: 1e-5, edge: 1e-9, adversarial: 0.1, logits: 1 });
    expect(weights(graphFlow({ reading: "R2" }))).toMatchObject({ vertex: 1e-5, edge: 1e-9 });
    expect(weights(graphFlow({ reading: "R3" }))).toMatchObject({ vertex: 1, edge: 1 });
  });
  test("as told", () =>
    expect(weights(graphFlow({ reading: "R3", vertex: 2, edge: 0, adversarial: { weight: 3 }, logits: { weight: 4 } }))).toEqual({
      vertex: 2,
      edge: 0,
      adversarial: 3,
      logits: 4,
    }));
});

describe("the discriminator", () => {
  const opponent = (method: CheckedMethod) => built(method).adversaries!;
  test("is of the published size, with its optimiser", () => {
    const [d, ...more] = opponent(graphFlow());
    expect(more).toEqual([]);
    expect(Object.values(d!.module.variables).reduce((all, v) => all + v.size, 0)).toBe(3_174_275);
    expect(d!.optimiser.describe).toMatchObject({ adam: { rate: { poly: { base: 3e-5, power: 0.9 } }, betas: [0.9, 0.99] } });
    expect(d!.steps).toBeUndefined();
  });
  test.each(["hinge", "lsgan"] as const)("takes the teacher's logits for real and the student's for made: %s by its formula", (loss) => {
    const { terms: all, adversaries } = built(graphFlow({ adversarial: { loss, width: 2 } }));
    const [d] = adversaries!;
    const module = d!.module as unknown as { at: (pass: object) => (z: Tensor4D) => Tensor };
    const pass = { mode: "train", statistics: "still" };
    const [student, teacher] = [map([3, 64, 96, 2], 1), mul<Tensor4D>(map([3, 64, 96, 2], 2), 3)];
    const step = { net: { student: { logits: student }, teacher: { logits: teacher } }, pass: () => pass } as unknown as Step<Wants>;
    const mean = (x: Iterable<number>): number => [...x].reduce((a, b) => a + b, 0) / [...x].length;
    const [made, real] = [student, teacher].map((z) => module.at(pass)(z).dataSync()) as [Float32Array, Float32Array];
    const value = ({ sum: total, count }: Loss): number => div(sum(total), sum(count!)).dataSync()[0]!;
    const expected = {
      hinge: [mean(real.map((x) => Math.max(0, 1 - x))) + mean(made.map((x) => Math.max(0, 1 + x))), -mean(made)],
      lsgan: [mean(real.map((x) => (x - 1) ** 2 / 2)) + mean(made.map((x) => x ** 2 / 2)), mean(made.map((x) => (x - 1) ** 2 / 2))],
    }[loss];
    expect(mean(real)).not.toBeCloseTo(mean(made), 3);
    expect(value(d!.loss(step))).toBeCloseTo(expected[0]!, 5);
    expect(value(all!.find(({ name }) => name === "adversarial")!.loss(step))).toBeCloseTo(expected[1]!, 5);
  });
  test("is not there without its part", () => expect(opponent(graphFlow({ adversarial: false }))).toEqual([]));
  test("needs pictures of 64 × 64", () => {
    expect(() => built(graphFlow(), 48)).toThrow(
      expect.objectContaining({
        code: "graphflow/picture-too-small",
        message:
          "[graph-flow] pictures are 48 × 80 pixels, and the discriminator needs 64 × 64. Take larger patches (sample.patch), or leave it out: adversarial: false.",
      }) as Error,
    );
    expect(built(graphFlow({ adversarial: false }), 48).terms!.length).toBe(3);
  });
});

test("an even patch is refused", () =>
  expect(() => graphFlow({ patch: 4 })).toThrow(
    expect.objectContaining({
      code: "graphflow/patch",
      message: "[graph-flow] patch is 4. Expected an odd whole number, so that a patch has a middle: 3 or 9 are published.",
    }) as Error,
  ));
