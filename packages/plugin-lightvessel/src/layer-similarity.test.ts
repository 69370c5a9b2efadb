import {
  concat,
  fill,
  grads,
  matMul,
  mean,
  mul,
  neg,
  reshape,
  slice,
  tensor,
  tensor2d,
  tensor4d,
  zeros,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expectClose, gradcheck, readFixture } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { affinity, cosineMap, featureDistance, flatCosine, gram, type Similarity, type TwoMaps } from "./index.js";
import { drawn, largest, number, sines, turned, twice, type Shape } from "./testing/maps.js";
import { expectSample, type Sample } from "./testing/sample.js";

await startEngine();

const all: readonly Similarity[] = ["cosine-map", "affinity", "self-affinity", "channel", "fsp"];
const loss = (similarity: Similarity, student: TwoMaps, teacher: TwoMaps): Tensor => mean(featureDistance(similarity, student, teacher));
const slopes = (similarity: Similarity, student: TwoMaps, teacher: TwoMaps): [Tensor, Tensor] =>
  grads((encoder: Tensor, decoder: Tensor) => loss(similarity, { encoder: encoder as Tensor4D, decoder: decoder as Tensor4D }, teacher))([
    student.encoder,
    student.decoder,
  ]) as [Tensor, Tensor];
const maps = (shape: Shape, seed: number): TwoMaps => ({ encoder: drawn(shape, seed), decoder: drawn(shape, seed + 1) });

describe("by hand", () => {
  // One image of 1 × 2 positions and two channels. E = (3, 4), (1, 0); D = (4, 3), (0, 2).
  const student: TwoMaps = { encoder: tensor4d([3, 4, 1, 0], [1, 1, 2, 2]), decoder: tensor4d([4, 3, 0, 2], [1, 1, 2, 2]) };
  // The teacher's layers point the same way on the left and in opposite ones on the right.
  const teacher: TwoMaps = { encoder: tensor4d([0, 2, 5, 0], [1, 1, 2, 2]), decoder: tensor4d([0, 7, -3, 0], [1, 1, 2, 2]) };

  test("cosine map: 24/25 and 0, against 1 and −1", () => {
    expectClose(cosineMap(student.encoder, student.decoder), [0.96, 0]);
    expectClose(featureDistance("cosine-map", student, teacher), [(0.04 ** 2 + 1) / 2]);
  });

  test("a student's map of one position is spread over the teacher's", () => {
    const one: TwoMaps = { encoder: tensor4d([3, 4], [1, 1, 1, 2]), decoder: tensor4d([4, 3], [1, 1, 1, 2]) };
    expectClose(featureDistance("cosine-map", one, teacher), [(0.04 ** 2 + 1.96 ** 2) / 2]);
  });

  test("a student's map of two positions in a row of four: 3/4 and 1/4 between their centres", () => {
    const wide: TwoMaps = { encoder: fill([1, 1, 4, 1], 2), decoder: tensor4d([3, 3, 3, 3], [1, 1, 4, 1]) };
    const cosines = [0.96, 0.72, 0.24, 0];
    expectClose(featureDistance("cosine-map", student, wide), [cosines.reduce((sum, s) => sum + (1 - s) ** 2, 0) / 4]);
  });

  test("affinity: every position of the encoder by every one of the decoder", () => {
    expectClose(affinity(student.encoder, student.decoder, [1, 2]), tensor([0.96, 0.8, 0.8, 0], [1, 2, 2]));
    expectClose(affinity(student.encoder, teacher.decoder, [1, 2]), tensor([0.8, -0.6, 0, -1], [1, 2, 2]));
    expectClose(affinity(teacher.encoder, teacher.decoder, [1, 2]), tensor([1, 0, 0, -1], [1, 2, 2]));
    expectClose(featureDistance("affinity", student, teacher), [(0.04 ** 2 + 0.8 ** 2 + 0.8 ** 2 + 1) / 4]);
  });

  test("affinity of averages: the mean of (3, 4) and (1, 0) is (2, 2)", () => {
    expectClose(affinity(student.encoder, student.encoder, [1, 1]), [1]);
    expectClose(affinity(student.encoder, student.decoder, [1, 1]), [(4 + 5) / Math.hypot(2, 2) / Math.hypot(2, 2.5)]);
  });

  test("self-affinity: cosines within the encoder, 0.6, less those within the decoder, 1; the teacher's 0 less 0, then 0 less 1", () => {
    const own: TwoMaps = { ...student, decoder: tensor4d([1, 0, 3, 0], [1, 1, 2, 2]) };
    expectClose(featureDistance("self-affinity", own, teacher), [(2 * 0.4 ** 2) / 4]);
    const other: TwoMaps = { ...teacher, decoder: tensor4d([1, 1], [1, 1, 2, 1]) }; // one channel
    expectClose(featureDistance("self-affinity", own, other), [(2 * 0.6 ** 2) / 4]);
  });

  test("channel: one cosine of all numbers", () => {
    expectClose(flatCosine(student.encoder, student.decoder), [24 / Math.sqrt(26 * 29)]);
    const apart = 24 / Math.sqrt(26 * 29) - (14 - 15) / Math.sqrt(29 * 58);
    expectClose(featureDistance("channel", student, teacher), [apart ** 2]);
  });

  test("fsp: half the sum of products over positions", () => {
    expectClose(gram(student.encoder, student.decoder), tensor([6, 5.5, 8, 6], [1, 2, 2]));
    expectClose(gram(teacher.encoder, teacher.decoder), tensor([-7.5, 0, 0, 7], [1, 2, 2]));
    expectClose(featureDistance("fsp", student, teacher), [(13.5 ** 2 + 5.5 ** 2 + 8 ** 2 + 1) / 4]);
  });

  test("two images are two numbers", () => {
    const both = (one: TwoMaps, other: TwoMaps): TwoMaps => ({ encoder: concat([one.encoder, other.encoder]), decoder: concat([one.decoder, other.decoder]) }); // prettier-ignore
    expectClose(featureDistance("cosine-map", both(student, teacher), both(teacher, teacher)), [(0.04 ** 2 + 1) / 2, 0]);
  });
});

interface Case {
  readonly similarity: Similarity;
  readonly kind: "random" | "dead" | "constant" | "zero";
  readonly student: readonly [Tensor4D, Tensor4D];
  readonly teacher: readonly [Tensor4D, Tensor4D];
  readonly loss: number;
  readonly gradients: readonly [Tensor, Tensor];
}
interface Large {
  readonly similarity: Similarity;
  readonly shapes: readonly [readonly [Shape, Shape], readonly [Shape, Shape]];
  readonly loss: number;
  readonly gradients: readonly [Sample, Sample];
}
const fixture = readFixture(new URL("../fixtures/feature_similarity.json", import.meta.url), tensor) as {
  readonly cases: readonly Case[];
  readonly large: readonly Large[];
};
const two = ([encoder, decoder]: readonly [Tensor4D, Tensor4D]): TwoMaps => ({ encoder, decoder });

test("the fixture has all thirty cases and two large ones", () => expect([fixture.cases.length, fixture.large.length]).toEqual([30, 2]));

test.each(fixture.cases.map((one) => [one.similarity, one.kind, one.student[0].shape[0], one] as const))(
  "PyTorch: %s, %s maps, batch of %i",
  (similarity, _, __, { student, teacher, loss: expected, gradients }) => {
    expect(Math.abs(number(loss(similarity, two(student), two(teacher))) - expected)).toBeLessThanOrEqual(1e-4 * expected + 1e-9);
    for (const [i, slope] of slopes(similarity, two(student), two(teacher)).entries()) {
      const none = largest(gradients[i]!) < 1e-12; // but for PyTorch's rounding
      if (none) expect(largest(slope)).toBeLessThan(1e-7);
      else expectClose(slope, gradients[i]!, { what: `gradient ${i}` });
    }
  },
);

test.each(fixture.large)("PyTorch: $similarity of $shapes, averaged over at most 32 × 32 cells", ({ similarity, shapes, ...expected }) => {
  const [student, teacher] = shapes.map(([e, d], i) => ({ encoder: sines(e, 2 * i), decoder: sines(d, 2 * i + 1) })) as [TwoMaps, TwoMaps];
  expect(Math.abs(number(loss(similarity, student, teacher)) / expected.loss - 1)).toBeLessThan(1e-4);
  for (const [i, slope] of slopes(similarity, student, teacher).entries()) expectSample(slope, expected.gradients[i]!, `gradient ${i}`);
});

describe.each(all)("properties of %s", (similarity) => {
  const [student, teacher] = [maps([3, 4, 5, 2], 1), maps([3, 4, 5, 2], 5)];
  const each = (f: <T extends Tensor>(x: T) => T, of: TwoMaps): TwoMaps => ({ encoder: f(of.encoder), decoder: f(of.decoder) });
  const value = number(loss(similarity, student, teacher));

  test("P1 zero at equal maps, and only there", () => {
    expect(number(loss(similarity, student, student))).toBe(0);
    expect(slopes(similarity, student, student).map(largest)).toEqual([0, 0]);
    expect(value).toBeGreaterThan(1e-3);
    expect(Math.min(...slopes(similarity, student, teacher).map(largest))).toBeGreaterThan(1e-4);
  });

  test("P3m: the batch twice, the same loss", () => {
    expect(Math.abs(number(loss(similarity, each(twice, student), each(twice, teacher))) / value - 1)).toBeLessThan(1e-5);
  });

  test("P4 finite: a zero layer, a zero position", () => {
    const dead = (x: Tensor4D): Tensor4D => concat([zeros([3, 1, 5, 2]), slice(x, [0, 1, 0, 0], [3, 3, 5, 2])], 1);
    const layers: readonly Tensor4D[] = [dead(student.encoder), zeros([3, 4, 5, 2])];
    for (const encoder of layers) {
      const broken = { ...student, encoder };
      expect(Number.isFinite(number(loss(similarity, broken, teacher)))).toBe(true);
      for (const slope of slopes(similarity, broken, teacher)) expect([...slope.dataSync()].every(Number.isFinite)).toBe(true);
    }
  });

  test("P5 central differences", async () => {
    await gradcheck(
      (encoder, decoder) => featureDistance(similarity, { encoder: encoder as Tensor4D, decoder: decoder as Tensor4D }, teacher),
      [student.encoder, student.decoder],
      { name: similarity },
    );
  });

  test("P6 order: images in another order, the same loss", () => {
    expect(Math.abs(number(loss(similarity, each(turned, student), each(turned, teacher))) / value - 1)).toBeLessThan(1e-5);
  });
});

describe("cosine map", () => {
  const [student, teacher] = [maps([2, 3, 5, 4], 11), maps([2, 3, 5, 6], 15)];
  const value = number(loss("cosine-map", student, teacher));

  test("no positive factor of either layer, in either network, changes it", () => {
    for (const [e, d] of [
      [3, 1],
      [1, 0.25],
    ] as const) {
      const scaled = ({ encoder, decoder }: TwoMaps): TwoMaps => ({ encoder: mul(encoder, e), decoder: mul(decoder, d) });
      expect(number(loss("cosine-map", scaled(student), teacher))).toBeCloseTo(value, 5);
      expect(number(loss("cosine-map", student, scaled(teacher)))).toBeCloseTo(value, 5);
    }
    expect(Math.abs(number(loss("cosine-map", { ...student, encoder: neg(student.encoder) }, teacher)) - value)).toBeGreaterThan(1e-3);
  });

  test("nor does one orthogonal mix of the channels of both layers", () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const turn = tensor2d([c, -s, 0, 0, s, c, 0, 0, 0, 0, 0, 1, 0, 0, -1, 0], [4, 4]);
    const mixed = (x: Tensor4D): Tensor4D => reshape(matMul(reshape(x, [-1, 4]), turn), x.shape);
    expect(number(loss("cosine-map", { encoder: mixed(student.encoder), decoder: mixed(student.decoder) }, teacher))).toBeCloseTo(value, 5);
    expect(Math.abs(number(loss("cosine-map", { ...student, encoder: mixed(student.encoder) }, teacher)) - value)).toBeGreaterThan(1e-3);
  });

  test("at most 4, where layers that agree stand against layers that are opposed", () => {
    const { encoder } = student;
    expect(number(loss("cosine-map", { encoder, decoder: encoder }, { encoder, decoder: neg(encoder) }))).toBeCloseTo(4, 5);
  });

  test("positions of zeros count as unlike anything, and pull nowhere", () => {
    const encoder: Tensor4D = concat([zeros([2, 3, 1, 4]), slice(student.encoder, [0, 0, 1, 0], [2, 3, 4, 4])], 2);
    const s = cosineMap(encoder, student.decoder).arraySync();
    expect(s.map((rows) => rows.map((row) => row[0]))).toEqual([[0, 0, 0], [0, 0, 0]]); // prettier-ignore
    const found = slopes("cosine-map", { ...student, encoder }, teacher);
    for (const slope of found) {
      expect(largest(slice(slope as Tensor4D, [0, 0, 0, 0], [2, 3, 1, 4]))).toBe(0);
      expect(largest(slope)).toBeGreaterThan(1e-3);
    }
  });
});
