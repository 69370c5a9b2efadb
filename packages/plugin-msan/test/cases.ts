import {
  add,
  concat,
  gather,
  mul,
  randomNormal,
  reshape,
  slice,
  sum,
  tensor,
  tensor1d,
  tensor3d,
  tensor4d,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { conv2d, resizeNearest } from "@segdistill/backend/ops";
import { readFixture } from "@segdistill/core/testing";
import { expect } from "vitest";
import type { ActCase, MasksCase, Part, Weights } from "./msan.js";

// fixtures ---------------------------------------------------------------------------------------------------------------
interface OfHeaders {
  readonly weights: Weights;
  readonly map: Tensor4D;
  readonly vector: Tensor2D;
  readonly down: Tensor2D;
  readonly up: Tensor4D;
  readonly byDown: Tensor2D;
  readonly byUp: Tensor4D;
  readonly gradient: Weights;
}
interface OfMasks {
  readonly classes: number;
  readonly cell: number;
  readonly emptyMasks: "drop" | "keep";
  readonly headers: boolean;
  readonly labels: Tensor4D;
  readonly valid: Tensor3D;
  readonly labelled: Tensor1D;
  readonly map: Tensor4D;
  readonly mix: Tensor2D;
  readonly logits: Tensor4D;
  readonly weights: Weights;
  readonly hasForeground: Tensor1D;
  readonly crossEntropy: Tensor3D;
  readonly diceLoss: Tensor1D;
  readonly dice: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly gradient: Weights;
}
interface OfAct {
  readonly classes: number;
  readonly cell: number;
  readonly act: Readonly<Record<Part, number>>;
  readonly labels: Tensor4D;
  readonly valid: Tensor3D;
  readonly labelled: Tensor1D;
  readonly bottleneck: Tensor4D;
  readonly viewed: Tensor4D;
  readonly zeta: Tensor2D;
  readonly zetaViewed: Tensor2D;
  readonly mix: Tensor2D;
  readonly skip: Tensor4D;
  readonly vector: Tensor2D;
  readonly back: Tensor4D;
  readonly pixels: Tensor3D;
  readonly weights: Weights;
  readonly terms: Readonly<Record<Part, number>>;
  readonly gradient: Weights;
}
export const fixture = () =>
  readFixture(new URL("../fixtures/msan.json", import.meta.url), tensor) as {
    readonly headers: readonly OfHeaders[];
    readonly reconstruction: readonly OfMasks[];
    readonly act: readonly OfAct[];
  };

/** Channels mixed, every position repeated over a cell of pixels. */
export const decoding =
  (mix: Tensor2D, cell: number) =>
  (map: Tensor4D): Tensor4D => {
    const [, h, w] = map.shape;
    const mixed = conv2d(map, reshape<Rank.R4>(mix, [1, 1, ...mix.shape]));
    return resizeNearest(mixed, [h * cell, w * cell]);
  };
export const masksCase = (one: OfMasks): MasksCase => ({
  ...one,
  stage: one.headers ? "headers" : "autoencoder",
  decode: decoding(one.mix, one.cell),
});
export const actCase = ({ mix, cell, skip, viewed, zeta, zetaViewed, weights, ...one }: OfAct): ActCase => {
  const view: ActCase["view"] = { bottleneck: viewed, skip: add(skip, 1), labels: one.labels.clone(), valid: one.valid };
  const decode = decoding(mix, cell);
  return {
    ...one,
    size: weights["w4"] ? zeta.shape[1] : 0,
    skip,
    view,
    decode: (map, own) => add(decode(map), own),
    zeta: ({ labels }) => (labels === view.labels ? zetaViewed : zeta),
  };
};

// small numbers ----------------------------------------------------------------------------------------------------------
export const ln = Math.log;
export const close = (found: Tensor | number, expected: readonly number[] | number, what: string): void => {
  const data = typeof found === "number" ? [found] : [...found.dataSync()];
  const wanted = typeof expected === "number" ? [expected] : expected;
  expect(data.length, what).toBe(wanted.length);
  data.forEach((x, i) => expect(x, `${what} [${i}]`).toBeCloseTo(wanted[i]!, 4));
};
/** GELU is the identity at 20 and above, so these headers take one position, and put a number at one. */
export const picking = (positions: number, position: number): Weights => {
  const at = (i: number): number => Number(i === position);
  return {
    w1: tensor(
      Array.from({ length: positions }, (_, i) => at(i)),
      [positions, 1],
    ),
    b1: tensor1d([20]),
    w2: tensor([1], [1, 1]),
    b2: tensor1d([-20]),
    w3: tensor([1], [1, 1]),
    b3: tensor1d([20]),
    w4: tensor(
      Array.from({ length: positions }, (_, i) => at(i)),
      [1, positions],
    ),
    b4: tensor1d(Array.from({ length: positions }, (_, i) => -20 * at(i))),
  };
};
export const drawn = (seed: number, ...shape: number[]): Tensor => randomNormal(shape, 0, 1, "float32", seed);
export const headersOf = (positions: number, hidden: number, seed: number): Weights => ({
  w1: drawn(seed, positions, hidden),
  b1: drawn(seed + 1, hidden),
  w2: drawn(seed + 2, hidden, 1),
  b2: drawn(seed + 3, 1),
  w3: drawn(seed + 4, 1, hidden),
  b3: drawn(seed + 5, hidden),
  w4: drawn(seed + 6, hidden, positions),
  b4: drawn(seed + 7, positions),
});
export const order = <T extends Tensor>(x: T, to: readonly number[], axis = 0): T => gather(x, tensor1d([...to], "int32"), axis);
export const logs = (odds: readonly (readonly number[])[], shape: [number, number, number, number]): Tensor4D =>
  tensor4d(odds.flat().map(ln), shape);

/** Three pictures, one of them without a foreground and one not labelled. */
export const someMasks = (classes: number, more: Partial<MasksCase> = {}): MasksCase => {
  const label = (i: number): number => (Math.floor(i / 24) === 1 ? 0 : ((i * 7) % 5) % classes);
  const one = Array.from({ length: 72 * classes }, (_, i) => Number(label(Math.floor(i / classes)) === i % classes));
  return {
    labels: mul(tensor4d(one, [3, 4, 6, classes]), tensor4d([1, 1, 0], [3, 1, 1, 1])),
    valid: tensor3d(
      Array.from({ length: 72 }, (_, i) => Number(i % 11 !== 3)),
      [3, 4, 6],
    ),
    labelled: tensor1d([1, 1, 0]),
    emptyMasks: "drop",
    stage: "headers",
    map: drawn(3, 3, 2, 3, 8) as Tensor4D,
    decode: decoding(drawn(4, 8, classes === 2 ? 1 : classes) as Tensor2D, 2),
    ...more,
  };
};
export const someAct = (more: Partial<ActCase> = {}): ActCase => {
  const { labels, valid, labelled } = someMasks(3, { labelled: tensor1d([1, 1, 0]) });
  const decode = decoding(drawn(9, 4, 3) as Tensor2D, 2);
  const view = {
    bottleneck: drawn(6, 3, 2, 3, 4) as Tensor4D,
    skip: drawn(7, 3, 4, 6, 3) as Tensor4D,
    labels: order(labels, [5, 4, 3, 2, 1, 0], 2),
    valid,
  };
  return {
    ...{ labels, valid, labelled, view },
    act: { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5 },
    size: 4,
    bottleneck: drawn(5, 3, 2, 3, 4) as Tensor4D,
    skip: drawn(8, 3, 4, 6, 3) as Tensor4D,
    decode: (map, skip) => add(decode(map), skip),
    // of a mask: how much of each class is in the left half, which a flip changes
    zeta: ({ labels: y, valid: counts }) => {
      const left = sum(slice(mul(y, reshape(counts, [...counts.shape, 1])), [0, 0, 0, 0], [-1, -1, 3, -1]), [1, 2]);
      return concat([left, sum(left, 1, true)], 1) as Tensor2D;
    },
    ...more,
  };
};
/** Pictures of a case in another order, or some of them twice. */
export const reordered = <C extends MasksCase | ActCase>(given: C, to: readonly number[]): C => {
  const turn = (x: unknown): unknown => (typeof x === "object" && x !== null && "shape" in x ? order(x as Tensor, to) : x);
  const all = Object.fromEntries(Object.entries(given).map(([name, x]) => [name, turn(x)]));
  const view = "view" in given ? { view: Object.fromEntries(Object.entries(given.view).map(([name, x]) => [name, turn(x)])) } : {};
  return { ...given, ...all, ...view };
};
export const same = (found: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void => {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, x] of Object.entries(expected)) expect(Math.abs(found[name]! / x - 1), name).toBeLessThan(1e-5);
};
export const largest = (x: Tensor): number => Math.max(...x.dataSync().map(Math.abs));
export const finite = (found: Readonly<Record<string, number | Tensor>>): void => {
  for (const [name, x] of Object.entries(found))
    expect((typeof x === "number" ? [x] : [...x.dataSync()]).every(Number.isFinite), name).toBe(true);
};
