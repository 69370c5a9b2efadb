import {
  add,
  mul,
  onesLike,
  reshape,
  slice,
  sub,
  sum,
  tensor,
  tensor1d,
  tensor3d,
  tensor4d,
  zerosLike,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { expectClose } from "@segdistill/core/testing";
import { expect } from "vitest";
import { fixture, masksCase, close, picking, drawn, headersOf, order, logs, reordered, same, largest, ln, someMasks } from "./cases.js";
import { slopes, values, type MasksCase, type Weights, type Msan } from "./msan.js";

/** What must hold of headers, masks and the autoencoder (methods.md 3.4, "Tests"). */
export const autoencoderChecks: Readonly<Record<string, (msan: Msan) => void>> = {
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
};
