import {
  add,
  concat,
  fill,
  gather,
  mul,
  onesLike,
  randomNormal,
  reshape,
  slice,
  sub,
  sum,
  tensor,
  tensor1d,
  tensor3d,
  tensor4d,
  zerosLike,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { conv2d, resizeNearest } from "@segdistill/backend/ops";
import { expectClose, readFixture } from "@segdistill/core/testing";
import { expect } from "vitest";
import { slopes, values, type ActCase, type MasksCase, type Msan, type Part, type Weights } from "./msan.js";

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
const fixture = () =>
  readFixture(new URL("../fixtures/msan.json", import.meta.url), tensor) as {
    readonly headers: readonly OfHeaders[];
    readonly reconstruction: readonly OfMasks[];
    readonly act: readonly OfAct[];
  };

/** Channels mixed, every position repeated over a cell of pixels. */
const decoding =
  (mix: Tensor2D, cell: number) =>
  (map: Tensor4D): Tensor4D => {
    const [, h, w] = map.shape;
    const mixed = conv2d(map, reshape<Rank.R4>(mix, [1, 1, ...mix.shape]));
    return resizeNearest(mixed, [h * cell, w * cell]);
  };
const masksCase = (one: OfMasks): MasksCase => ({
  ...one,
  stage: one.headers ? "headers" : "autoencoder",
  decode: decoding(one.mix, one.cell),
});
const actCase = ({ mix, cell, skip, viewed, zeta, zetaViewed, weights, ...one }: OfAct): ActCase => {
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
const ln = Math.log;
const close = (found: Tensor | number, expected: readonly number[] | number, what: string): void => {
  const data = typeof found === "number" ? [found] : [...found.dataSync()];
  const wanted = typeof expected === "number" ? [expected] : expected;
  expect(data.length, what).toBe(wanted.length);
  data.forEach((x, i) => expect(x, `${what} [${i}]`).toBeCloseTo(wanted[i]!, 4));
};
/** GELU is the identity at 20 and above, so these headers take one position, and put a number at one. */
const picking = (positions: number, position: number): Weights => {
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
const drawn = (seed: number, ...shape: number[]): Tensor => randomNormal(shape, 0, 1, "float32", seed);
const headersOf = (positions: number, hidden: number, seed: number): Weights => ({
  w1: drawn(seed, positions, hidden),
  b1: drawn(seed + 1, hidden),
  w2: drawn(seed + 2, hidden, 1),
  b2: drawn(seed + 3, 1),
  w3: drawn(seed + 4, 1, hidden),
  b3: drawn(seed + 5, hidden),
  w4: drawn(seed + 6, hidden, positions),
  b4: drawn(seed + 7, positions),
});
const order = <T extends Tensor>(x: T, to: readonly number[], axis = 0): T => gather(x, tensor1d([...to], "int32"), axis);
const logs = (odds: readonly (readonly number[])[], shape: [number, number, number, number]): Tensor4D =>
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
const reordered = <C extends MasksCase | ActCase>(given: C, to: readonly number[]): C => {
  const turn = (x: unknown): unknown => (typeof x === "object" && x !== null && "shape" in x ? order(x as Tensor, to) : x);
  const all = Object.fromEntries(Object.entries(given).map(([name, x]) => [name, turn(x)]));
  const view = "view" in given ? { view: Object.fromEntries(Object.entries(given.view).map(([name, x]) => [name, turn(x)])) } : {};
  return { ...given, ...all, ...view };
};
const same = (found: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void => {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, x] of Object.entries(expected)) expect(Math.abs(found[name]! / x - 1), name).toBeLessThan(1e-5);
};
const largest = (x: Tensor): number => Math.max(...x.dataSync().map(Math.abs));
const finite = (found: Readonly<Record<string, number | Tensor>>): void => {
  for (const [name, x] of Object.entries(found))
    expect((typeof x === "number" ? [x] : [...x.dataSync()]).every(Number.isFinite), name).toBe(true);
};

/** What must hold (methods.md 3.4, "Tests"), as functions of an implementation: the package passes all of them, each wrong variant fails at one or more. */
export const checks: Readonly<Record<string, (msan: Msan) => void>> = {
  // headers
  "headers by hand": ({ headers }) => {
    const weights = {
      w1: tensor([1, 2], [2, 1]),
      b1: tensor1d([0]),
      w2: tensor([3], [1, 1]),
      b2: tensor1d([0.5]),
      w3: tensor([2], [1, 1]),
      b3: tensor1d([-1]),
      w4: tensor([1, -1], [1, 2]),
      b4: tensor1d([0, 10]),
    };
    const { down, up } = headers({ height: 1, width: 2 }, weights);
    // gelu(1) = 0.841345, gelu(2) = 1.954500, gelu(−1) = −0.158655: channel 0 is (1, 0), channel 1 (0, 1), channel 2 (1, −1)
    const map = tensor4d([1, 0, 1, 0, 1, -1], [1, 1, 2, 3]);
    close(down(map), [3.024034, 6.363499, 0.024034], "down");
    // 2·1 − 1 = 1; 2·1.5 − 1 = 2; 2·0 − 1 = −1
    const back = up(tensor([1, 1.5, 0], [1, 3]));
    expect(back.shape).toEqual([1, 1, 2, 3]);
    close(back, [0.841345, 1.9545, -0.158655, 10 - 0.841345, 10 - 1.9545, 10.158655], "up");
  },
  "positions are row-major, and the round trip through both transposes is the identity": ({ headers }) => {
    const [height, width] = [2, 3];
    const map = drawn(1, 2, height, width, 4) as Tensor4D;
    const parts = Array.from({ length: height * width }, (_, i) => {
      const { down, up } = headers({ height, width }, picking(height * width, i));
      const vector = down(map);
      expectClose(vector, reshape(slice(map, [0, Math.floor(i / width), i % width, 0], [2, 1, 1, 4]), [2, 4]), { what: `position ${i}` });
      return up(vector);
    });
    expectClose(
      parts.reduce((a, b) => add(a, b)),
      map,
      { what: "all positions" },
    );
  },
  "permuting channels of M permutes ζ, and back": ({ headers }) => {
    const { down, up } = headers({ height: 2, width: 3 }, headersOf(6, 5, 10));
    const map = drawn(2, 3, 2, 3, 4) as Tensor4D;
    const to = [2, 0, 3, 1];
    expectClose(down(order(map, to, 3)), order(down(map), to, 1), { tolerance: 1e-6, what: "down" });
    const vector = drawn(3, 3, 4) as Tensor2D;
    expectClose(up(order(vector, to, 1)), order(up(vector), to, 3), { tolerance: 1e-6, what: "up" });
  },
  "headers as PyTorch, with gradients": ({ headers }) => {
    for (const one of fixture().headers) {
      const [, height, width] = one.map.shape;
      const at = (weights: Weights) => headers({ height, width }, weights);
      expectClose(at(one.weights).down(one.map), one.down, { what: "down" });
      expectClose(at(one.weights).up(one.vector), one.up, { what: "up" });
      const found = slopes({ map: one.map, vector: one.vector, ...one.weights }, (now) => {
        const { down, up } = at(now);
        const [v, m] = [down(now["map"] as Tensor4D), up(now["vector"] as Tensor2D)];
        return { all: { weight: 1, loss: () => ({ sum: reshape(add(sum(mul(v, one.byDown)), sum(mul(m, one.byUp))), [1]) }) } };
      });
      for (const [name, expected] of Object.entries(one.gradient)) expectClose(found[name]!, expected, { what: name });
    }
  },

  // losses of masks
  "masks are the foreground of two classes, all of more, and nothing where a pixel does not count": ({ masksOf }) => {
    const two = tensor4d([1, 0, 0, 1, 0, 1, 0, 0], [1, 2, 2, 2]);
    const valid = tensor3d([1, 1, 0, 1], [1, 2, 2]);
    expect(masksOf(two, valid).arraySync()).toEqual([
      [
        [[0], [1]],
        [[0], [0]],
      ],
    ]);
    const three = tensor4d([1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0], [1, 2, 2, 3]);
    expect(masksOf(three, valid).arraySync()).toEqual([[[[1, 0, 0], [0, 0, 1]], [[0, 0, 0], [1, 0, 0]]]]); // prettier-ignore
  },
  "a picture has a foreground where one of its pixels counts": ({ hasForeground }) => {
    const valid = tensor3d([1, 1, 0, 1, 1, 1, 1, 1, 0], [3, 1, 3]);
    expect([...hasForeground(tensor4d([0, 1, 0, 0, 0, 0, 0, 0, 1], [3, 1, 3, 1]), valid).dataSync()]).toEqual([1, 0, 0]);
    const background = [1, 0, 0];
    const other = [0, 0, 1];
    const all = [background, background, other, other, background, background, background, background, background];
    expect([...hasForeground(tensor4d(all.flat(), [3, 1, 3, 3]), valid).dataSync()]).toEqual([0, 1, 0]);
  },
  "cross-entropy by hand, one channel and three": ({ maskCrossEntropy }) => {
    const z = tensor4d([0, ln(3), ln(3), -200, 200, -200], [1, 2, 3, 1]);
    const y = tensor4d([1, 1, 0, 0, 1, 1], [1, 2, 3, 1]);
    close(maskCrossEntropy(z, y), [ln(2), ln(4 / 3), ln(4), 0, 0, 200], "one channel");
    const three = logs([[1, 2, 5], [2, 2, 4]], [1, 1, 2, 3]); // prettier-ignore
    close(maskCrossEntropy(three, tensor4d([0, 0, 1, 1, 0, 0], [1, 1, 2, 3])), [ln(8 / 5), ln(4)], "three");
  },
  "Dice loss by hand, one channel": ({ maskDiceLoss }) => {
    // p: ½ ¾ ¼ | ¼ ¾ ½; the last pixel of the first picture does not count: 2·(½ + ¾) + 1 over (½ + ¾ + ¼ + ¼ + ¾) + 2 + 1
    const odds = [1, 3, 1 / 3, 1 / 3, 3, 1];
    const z = tensor4d([...odds, ...odds].map(ln), [2, 2, 3, 1]);
    const y = tensor4d([1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], [2, 2, 3, 1]);
    const valid = tensor3d([1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1], [2, 2, 3]);
    // an empty mask: 1 − 1 / (3 + 1)
    close(maskDiceLoss(z, y, valid), [1 - 3.5 / 5.5, 0.75], "Dice");
    close(maskDiceLoss(mul(sub(y, 0.5), 200), y, onesLike(valid)), [0, 0], "what comes back whole");
  },
  "Dice loss by hand, three classes: the mean over the two of the foreground": ({ maskDiceLoss }) => {
    // p of the classes: (⅛ ¼ ⅝), (½ ¼ ¼); y: class 2, class 0
    const z = logs([[1, 2, 5], [2, 1, 1]], [1, 1, 2, 3]); // prettier-ignore
    const y = tensor4d([0, 0, 1, 1, 0, 0], [1, 1, 2, 3]);
    const one = 1 / (0.5 + 1);
    const two = (2 * 0.625 + 1) / (0.875 + 1 + 1);
    close(maskDiceLoss(z, y, tensor3d([1, 1], [1, 1, 2])), [1 - (one + two) / 2], "Dice");
  },
  "Dice of decisions by hand": ({ maskDice }) => {
    // decided: 0 (a tie) 1 1 | 0 1 1, the last does not count; label: 1 1 0 | 0 1 1
    const z = tensor4d([0, 0.3, 2, -1, 5, 9], [2, 1, 3, 1]);
    const y = tensor4d([1, 1, 0, 0, 1, 1], [2, 1, 3, 1]);
    const one = maskDice(z, y, tensor3d([1, 1, 1, 1, 1, 0], [2, 1, 3]));
    close(one.sum, [2, 2], "2·|P ∩ Y|");
    close(one.count, [4, 2], "|P| + |Y|");
    // three classes; ties go to the lowest: decided 1, 2, 0; label 1, 1, 2
    const three = maskDice(
      tensor4d([0, 3, 3, 1, 0, 2, 1, 1, 1], [1, 1, 3, 3]),
      tensor4d([0, 1, 0, 0, 1, 0, 0, 0, 1], [1, 1, 3, 3]),
      tensor3d([1, 1, 1], [1, 1, 3]),
    );
    close(three.sum, [2], "of classes: 2·|P ∩ Y|");
    close(three.count, [5], "of classes: |P| + |Y|");
  },
  "losses of masks as PyTorch": ({ masksOf, hasForeground, maskCrossEntropy, maskDiceLoss, maskDice }) => {
    for (const one of fixture().reconstruction) {
      const masks = masksOf(one.labels, one.valid);
      expectClose(hasForeground(masks, one.valid), one.hasForeground, { what: "foreground" });
      expectClose(maskCrossEntropy(one.logits, masks), one.crossEntropy, { what: "cross-entropy" });
      expectClose(maskDiceLoss(one.logits, masks, one.valid), one.diceLoss, { what: "Dice loss" });
      const { sum: top, count } = maskDice(one.logits, masks, one.valid);
      expectClose(sum(top).dataSync()[0]! / sum(count).dataSync()[0]!, one.dice, { what: "Dice" });
    }
  },

  // the steps of the autoencoder
  "both steps of the autoencoder as PyTorch, with gradients": ({ masks }) => {
    for (const one of fixture().reconstruction) {
      const weights = one.headers ? one.weights : { map: one.map };
      const at = (now: Weights) => masks(masksCase(one), now);
      const found = values(at(weights));
      expect(Object.keys(found)).toEqual(Object.keys(one.terms));
      for (const [name, expected] of Object.entries(one.terms)) expectClose(found[name]!, expected, { what: name });
      const slope = slopes(weights, at);
      for (const [name, expected] of Object.entries(one.gradient)) expectClose(slope[name]!, expected, { what: `gradient of ${name}` });
    }
  },
  "the step through the vector by hand": ({ masks }) => {
    // headers that keep position 0 and put it there; D passes channel 0 on. Channel 0 of M: 2, 1 → M̂ 2, 0
    const map = tensor4d([2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], [1, 1, 2, 8]);
    const given = someMasks(2, {
      labels: tensor4d([1, 0, 0, 1], [1, 1, 2, 2]),
      valid: tensor3d([1, 1], [1, 1, 2]),
      labelled: tensor1d([1]),
      map,
      decode: (m) => slice(m, [0, 0, 0, 0], [-1, -1, -1, 1]),
    });
    const p = 1 / (1 + Math.exp(-2));
    const found = values(masks(given, picking(2, 0)));
    expect(Object.keys(found)).toEqual(["cross-entropy", "dice", "map"]);
    close(found["cross-entropy"]!, (-ln(1 - p) + ln(2)) / 2, "cross-entropy");
    close(found["dice"]!, 1 - (2 * 0.5 + 1) / (p + 0.5 + 1 + 1), "Dice");
    close(found["map"]!, 1 / 16, "map"); // over 2 positions and 8 channels
  },
  "empty masks: dropped or kept, and pictures without a label never count": ({ masks }) => {
    for (const stage of ["autoencoder", "headers", "joint"] as const) {
      const weights = headersOf(6, 5, 10);
      const of = (more: Partial<MasksCase>, to?: number[]) =>
        values(masks(to ? reordered(someMasks(2, { stage, ...more }), to) : someMasks(2, { stage, ...more }), weights));
      same(of({ emptyMasks: "drop" }), of({ emptyMasks: "keep" }, [0]));
      same(of({ emptyMasks: "keep" }), of({ emptyMasks: "keep" }, [0, 1]));
      for (const [name, x] of Object.entries(of({ emptyMasks: "drop" })))
        expect(Math.abs(of({ emptyMasks: "keep" })[name]! / x - 1), name).toBeGreaterThan(1e-3);
    }
  },
  "no gradient into M from its own copy": ({ masks }) => {
    // a header that answers the same whatever it is shown: M̂ is a constant, so nothing may reach M through the target
    const blind = { ...headersOf(6, 5, 10), w2: zerosLike(drawn(1, 5, 1)), map: drawn(3, 3, 2, 3, 8) };
    const found = slopes(blind, (now) => masks(someMasks(2, { stage: "joint" }), now), ["map"]);
    expect(largest(found["map"]!)).toBe(0);
    expect(largest(found["b4"]!)).toBeGreaterThan(0);
  },

  // ACT
  "consistency by hand": ({ consistency }) => {
    // CE(¼ ¾, class 1) + KL(½ ½ ‖ ¼ ¾)
    const [through, own] = [logs([[1, 3], [5, 5]], [1, 1, 2, 2]), logs([[1, 1], [2, 2]], [1, 1, 2, 2])]; // prettier-ignore
    const labels = tensor4d([0, 1, 1, 0], [1, 1, 2, 2]);
    close(consistency(through, own, labels), [ln(4 / 3) + 0.5 * ln(2) + 0.5 * ln(2 / 3), ln(2)], "consistency");
    // three classes: KL((⅛ ¼ ⅝) ‖ ⅓)
    const three = consistency(logs([[1, 1, 1]], [1, 1, 1, 3]), logs([[1, 2, 5]], [1, 1, 1, 3]), tensor4d([0, 1, 0], [1, 1, 1, 3]));
    close(three, ln(3) + ln(3 / 8) / 8 + ln(3 / 4) / 4 + (5 / 8) * ln(15 / 8), "three classes");
  },
  "the four terms by hand": ({ act }) => {
    // one position of d = C = 2 channels; headers add nothing going down and 1 going up, so that v = F, F̂ = F + 1
    const weights = { ...picking(1, 0), b4: tensor1d([-19]) };
    const map = (...x: number[]): Tensor4D => tensor4d(x, [1, 1, 1, 2]);
    const view = { bottleneck: map(5, 7), skip: map(9, 9), labels: map(1, 0), valid: tensor3d([1], [1, 1, 1]) };
    const given: ActCase = {
      act: { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5 },
      size: 2,
      bottleneck: map(1, -2),
      skip: map(0, ln(3)),
      labels: map(0, 1),
      valid: tensor3d([1], [1, 1, 1]),
      labelled: tensor1d([1]),
      view,
      zeta: ({ labels }) => (labels === view.labels ? tensor([4, 7], [1, 2]) : tensor([1, 1], [1, 2])) as Tensor2D,
      decode: (f, skip) => add(mul(f, tensor4d([0, 1], [1, 1, 1, 2])), skip),
    };
    const terms = act(given, weights);
    const found = values(terms);
    expect(Object.fromEntries(Object.entries(terms).map(([name, { weight }]) => [name, weight]))).toEqual(given.act);
    close(found["latent"]!, (0 + 9) / 2, "latent: (1, −2) to (1, 1)");
    close(found["reconstruction"]!, 1, "reconstruction: F + 1 to F");
    const [q, p] = [3 * Math.exp(-1), 3 * Math.exp(-2)].map((odds) => odds / (1 + odds)) as [number, number];
    close(found["consistency"]!, -ln(q) + p * ln(p / q) + (1 - p) * ln((1 - p) / (1 - q)), "consistency");
    close(found["augmentation"]!, (1 + 0) / 2, "augmentation: (5, 7) to (4, 7)");
  },
  "1 × 1 convolutions by hand, where the bottleneck has other channels than the vector": ({ act }) => {
    // F = 3 → (3, 7) = v → F̂ = 3 − 7 + ½
    const bridges = { enterw: tensor([1, 2], [1, 2]), enterb: tensor1d([0, 1]), leavew: tensor([1, -1], [2, 1]), leaveb: tensor1d([0.5]) };
    const [one, flat] = [tensor4d([3], [1, 1, 1, 1]), tensor4d([0, 1], [1, 1, 1, 2])];
    const valid = tensor3d([1], [1, 1, 1]);
    const given: ActCase = {
      act: { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5 },
      size: 2,
      bottleneck: one,
      skip: flat,
      ...{ labels: flat, valid, labelled: tensor1d([1]) },
      view: { bottleneck: mul(one, 2), skip: flat, labels: flat, valid },
      zeta: () => tensor([3, 5], [1, 2]) as Tensor2D,
      decode: (f, skip) => mul(f, skip),
    };
    const found = values(act(given, { ...picking(1, 0), ...bridges }));
    close(found["latent"]!, (0 + 4) / 2, "latent");
    close(found["reconstruction"]!, 6.5 ** 2, "reconstruction");
    close(found["augmentation"]!, (9 + 64) / 2, "augmentation: (6, 13)");
  },
  "ACT as PyTorch, with gradients in both headers and both 1 × 1 convolutions": ({ act, consistency }) => {
    for (const one of fixture().act) {
      const given = actCase(one);
      const at = (now: Weights) => act(given, now);
      const found = values(at(one.weights));
      expect(Object.keys(found)).toEqual(Object.keys(one.terms));
      for (const [name, expected] of Object.entries(one.terms)) expectClose(found[name]!, expected, { what: name });
      const slope = slopes(one.weights, at);
      for (const [name, expected] of Object.entries(one.gradient)) expectClose(slope[name]!, expected, { what: `gradient of ${name}` });
      const own = given.decode(one.bottleneck, one.skip);
      expectClose(consistency(given.decode(one.back, one.skip), own, one.labels), one.pixels, { what: "pixels" });
    }
  },
  "headers that are the identity: nothing to reconstruct, and both predictions agree": ({ act }) => {
    // of one position they can be
    const bottleneck = drawn(1, 2, 1, 1, 3) as Tensor4D;
    const labels = tensor4d([1, 0, 0, 1], [2, 1, 1, 2]);
    const [valid, skip] = [tensor3d([1, 1], [2, 1, 1]), drawn(2, 2, 1, 1, 2) as Tensor4D];
    const mix = decoding(drawn(3, 3, 2) as Tensor2D, 1);
    const decode: ActCase["decode"] = (map, own) => add(mix(map), own);
    const given: ActCase = {
      ...{ bottleneck, labels, valid, skip, decode },
      act: { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5 },
      size: 3,
      labelled: tensor1d([1, 1]),
      view: { bottleneck, skip, labels, valid },
      zeta: () => reshape(bottleneck, [2, 3]) as Tensor2D,
    };
    const found = values(act(given, picking(1, 0)));
    const z = decode(bottleneck, skip);
    const odds = z.dataSync<"float32">();
    const rows = [[odds[0]!, odds[1]!], [odds[2]!, odds[3]!]] as const; // prettier-ignore
    const plain = rows.reduce((all, row, i) => all + ln(Math.exp(row[0]) + Math.exp(row[1])) - row[i]!, 0) / 2; // labels 0 and 1
    expect(found["reconstruction"]!).toBeLessThan(1e-10);
    expect(found["latent"]!).toBeLessThan(1e-10);
    expect(found["augmentation"]!).toBeLessThan(1e-10);
    expect(found["consistency"]!).toBeCloseTo(plain, 4);
  },
  "L_lat and L_aug do not see Aᵈ": ({ act }) => {
    const weights = headersOf(6, 5, 10);
    const of = (now: Weights) => act(someAct(), now);
    const found = slopes(weights, of, ["latent", "augmentation"]);
    for (const name of ["w3", "b3", "w4", "b4"]) expect(largest(found[name]!), name).toBe(0);
    for (const name of ["w1", "b1", "w2", "b2"]) expect(largest(found[name]!), name).toBeGreaterThan(0);
    const all = slopes(weights, of, ["reconstruction", "consistency"]);
    for (const name of Object.keys(weights)) expect(largest(all[name]!), name).toBeGreaterThan(0);
    const other = { ...weights, w3: drawn(77, 1, 5), b4: drawn(78, 6) };
    expect(values(of(other))["latent"]).toBe(values(of(weights))["latent"]);
  },
  "a turned picture has a turned mask": ({ act }) => {
    const weights = headersOf(6, 5, 10);
    const turned = values(act(someAct(), weights))["augmentation"]!;
    const { view, labels, zeta } = someAct();
    // what it would be against the mask as it was, worked out apart
    const still = values(act(someAct({ view: { ...view, labels } }), weights))["augmentation"]!;
    expect(Math.abs(turned / still - 1)).toBeGreaterThan(1e-3);
    expect(largest(sub(zeta({ labels, valid: view.valid }), zeta(view)))).toBeGreaterThan(0.5);
  },
  "predictions through the vector use the picture's own skips": ({ act }) => {
    const weights = headersOf(6, 5, 10);
    const given = someAct();
    const other = someAct({ view: { ...given.view, skip: add(given.view.skip, 3) } });
    expect(values(act(other, weights))["consistency"]).toBe(values(act(given, weights))["consistency"]);
    const moved = values(act(someAct({ skip: add(given.skip, drawn(50, 3, 4, 6, 3)) }), weights));
    expect(moved["latent"]).toBe(values(act(given, weights))["latent"]); // the mask's vector, not the prediction's
    expect(Math.abs(moved["consistency"]! / values(act(given, weights))["consistency"]! - 1)).toBeGreaterThan(1e-3);
  },
  "what does not count: labels of pictures without one, pixels that are not valid": ({ act }) => {
    const weights = headersOf(6, 5, 10);
    const given = someAct();
    const alone = reordered(given, [0, 1]);
    const { latent, consistency: con, augmentation } = values(act(alone, weights)) as Record<Part, number>;
    const whole = values(act(given, weights));
    same({ latent: whole["latent"]!, con: whole["consistency"]!, augmentation: whole["augmentation"]! }, { latent, con, augmentation });
    // bottlenecks of pictures without a label count in what reads no label
    expect(Math.abs(values(act(alone, weights))["reconstruction"]! / whole["reconstruction"]! - 1)).toBeGreaterThan(1e-3);
    // other logits where a pixel does not count
    const elsewhere = mul(sub(1, reshape(given.valid, [3, 4, 6, 1])), drawn(51, 3, 4, 6, 3));
    same({ con: values(act({ ...given, skip: add(given.skip, elsewhere) }, weights))["consistency"]! }, { con: whole["consistency"]! });
  },

  // both
  "a batch twice, and in another order, gives the same": ({ masks, act }) => {
    const weights = headersOf(6, 5, 10);
    const twice = [0, 1, 2, 0, 1, 2];
    for (const stage of ["autoencoder", "headers"] as const)
      for (const classes of [2, 3]) {
        const given = someMasks(classes, { stage, emptyMasks: "keep" });
        const found = values(masks(given, weights));
        same(values(masks(reordered(given, [2, 0, 1]), weights)), found);
        same(values(masks(reordered(given, twice), weights)), found);
      }
    const found = values(act(someAct(), weights));
    same(values(act(reordered(someAct(), [2, 0, 1]), weights)), found);
    same(values(act(reordered(someAct(), twice), weights)), found);
  },
  "finite on zero and constant maps, and with nothing but background": ({ masks, act }) => {
    const weights = headersOf(6, 5, 10);
    for (const map of [fill([3, 2, 3, 8], 0), fill([3, 2, 3, 8], 3)] as Tensor4D[])
      for (const classes of [2, 3]) {
        const given = someMasks(classes, { map, emptyMasks: "keep" });
        const background = {
          ...given,
          labels: concat([onesLike(slice(given.labels, [0, 0, 0, 0], [-1, -1, -1, 1])), zerosLike(slice(given.labels, [0, 0, 0, 1]))], 3),
        };
        for (const one of [given, background]) {
          finite(values(masks(one, weights)));
          finite(slopes(weights, (now) => masks(one, now)));
        }
      }
    for (const bottleneck of [fill([3, 2, 3, 4], 0), fill([3, 2, 3, 4], 3)] as Tensor4D[]) {
      const given = someAct({ bottleneck });
      finite(values(act(given, weights)));
      finite(slopes(weights, (now) => act(given, now)));
    }
  },
};
