import {
  fill,
  gather,
  memory,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { compile, startEngine, withoutReads } from "@segdistill/backend";
import { beforeAll, describe, expect, test } from "vitest";
import type { Picture, Transform } from "../contract/index.js";
import { userError } from "../errors.js";
import { noises } from "../step/noise.js";
import { heldNoise } from "./held-noise.js";
import { asOne, blur, brightness, contrast, elastic, flips, gamma, noise, rotate, rotate90, scale, type Geometric } from "./index.js";
import { resampled } from "./warp.js";

beforeAll(async () => {
  await startEngine();
});

/** One image of one channel, two classes: the label is 1 where the value is above ½. */
function picture(rows: readonly (readonly number[])[], count = 1): Picture {
  const [h, w] = [rows.length, rows[0]!.length];
  const values = Array.from({ length: count }, () => rows.flat()).flat();
  return {
    images: tensor(values, [count, h, w, 1]) as Tensor4D,
    labels: tensor(values.flatMap((v) => (v > 0.5 ? [0, 1] : [1, 0])), [count, h, w, 2]) as Tensor4D, // prettier-ignore
    valid: tensor(values.map((v) => (Math.abs(v - 0.2) < 1e-6 ? 0 : 1)), [count, h, w]) as Tensor3D, // prettier-ignore
  };
}
const rowsOf = (t: Tensor, b = 0): number[][] => {
  const [, h, w] = t.shape as [number, number, number];
  return Array.from({ length: h }, (_, y) => [...t.dataSync()].slice((b * h + y) * w, (b * h + y + 1) * w));
};
const classOne = ({ labels }: Picture, b = 0): number[][] => {
  const [, h, w] = labels.shape;
  const all = [...labels.dataSync()];
  return Array.from({ length: h }, (_, y) => Array.from({ length: w }, (__, x) => all[2 * ((b * h + y) * w + x) + 1]!));
};

describe("by hand", () => {
  const two = [
    [0.1, 0.2, 0.3],
    [0.4, 0.6, 0.7],
  ].map((row) => row.map(Math.fround));

  test("flips: a picture of 2 x 3, once each way", () => {
    const draw = [[0.6, 0.6], [0.4, 0.6], [0.6, 0.4], [0.4, 0.4]]; // prettier-ignore
    const out = flips().apply(picture(two, 4), heldNoise({ draw }));
    const [up, down] = two as [number[], number[]];
    expect([0, 1, 2, 3].map((b) => rowsOf(out.images, b))).toEqual([
      [up, down],
      [down, up],
      [up.toReversed(), down.toReversed()],
      [down.toReversed(), up.toReversed()],
    ]);
    expect(classOne(out, 1)).toEqual([[0, 1, 1], [0, 0, 0]]); // prettier-ignore
    expect(rowsOf(picture([[0.2, 0.3, 0.1]]).valid)).toEqual([[0, 1, 1]]);
  });

  test("rotate90 turns clockwise", () => {
    const square = [[1, 2], [3, 4]]; // prettier-ignore
    const out = rotate90().apply(picture(square, 4), heldNoise({ draw: [[0.1], [0.3], [0.5], [0.9]] }));
    expect([0, 1, 2, 3].map((b) => rowsOf(out.images, b))).toEqual([
      [[1, 2], [3, 4]],
      [[3, 1], [4, 2]],
      [[4, 3], [2, 1]],
      [[2, 4], [1, 3]],
    ]); // prettier-ignore
  });

  test("rotate by +90 is a quarter turn clockwise", () => {
    const out = rotate({ degrees: 180 }).apply(picture([[1, 2], [3, 4]]), heldNoise({ draw: [[0, 0.75]] })); // prettier-ignore
    expect(rowsOf(out.images)[0]![0]).toBeCloseTo(3, 5);
    expect(rowsOf(out.images)[0]![1]).toBeCloseTo(1, 5);
  });

  test("scale by 2: the sources of a row of four are ¼ ¾ 1¼ 1¾ from pixel ½ on", () => {
    // offsets −1½ −½ ½ 1½ halve to −¾ −¼ ¼ ¾: places ¾ 1¼ 1¾ 2¼ between the pixels 0 … 3
    const out = scale({ from: 2, to: 2 }).apply(picture([[0, 4, 8, 0.2]]), heldNoise({ draw: [[0, 0.5]] }));
    const [a, b, c, d] = rowsOf(out.images)[0]!;
    expect([a, b, c]).toEqual([3, 5, 7]);
    expect(d).toBeCloseTo(8 * 0.75 + 0.2 * 0.25, 5);
    expect(classOne(out)).toEqual([[1, 1, 1, 1]]);
    expect(rowsOf(out.valid)).toEqual([[1, 1, 1, 1]]);
  });

  test("scale by ½: the surround is mirrored and does not count", () => {
    // offsets −1½ … 1½ double to −3 −1 1 3: places −1½ ½ 2½ 4½; −1½ lies between −2 → 1 and −1 → 0, 4½ between 4 → 3 and 5 → 2
    const out = scale({ from: 0.5, to: 0.5 }).apply(picture([[1, 3, 5, 11]]), heldNoise({ draw: [[0, 0.5]] }));
    expect(rowsOf(out.images)).toEqual([[2, 2, 8, 8]]);
    expect(rowsOf(out.valid)).toEqual([[0, 1, 1, 0]]);
  });

  test("elastic: control points all alike shift every pixel alike", () => {
    // 2 · deviation · n = 2 · ½ · 1 = one pixel to the right for the source column; the spline's weights add up to 1
    const control = [...new Array<number>(16).fill(0), ...new Array<number>(16).fill(1)];
    const out = elastic({ deviation: 0.5, spacing: 8 }).apply(picture(two), heldNoise({ draw: [[0]], control: [control] }));
    const [up, down] = rowsOf(out.images) as [number[], number[]];
    [0.2, 0.3, 0.3].forEach((v, i) => expect(up[i]).toBeCloseTo(v, 6));
    [0.6, 0.7, 0.7].forEach((v, i) => expect(down[i]).toBeCloseTo(v, 6));
    expect(rowsOf(out.valid)).toEqual([[0, 1, 0], [1, 1, 0]]); // prettier-ignore
    expect(classOne(out)).toEqual([[0, 0, 0], [1, 1, 1]]); // prettier-ignore
  });

  test("brightness, contrast, gamma and noise on four pixels", () => {
    const at = (transform: Transform, held: Parameters<typeof heldNoise>[0]): number[] =>
      rowsOf(transform.apply(picture([[0.2, 0.4, 0.6, 0.8]]), heldNoise(held)).images)[0]!;
    const close = (found: number[], expected: number[]) => expected.forEach((v, i) => expect(found[i]).toBeCloseTo(v, 6));
    close(at(brightness({ by: 0.3 }), { draw: [[0, 1]] }), [0.5, 0.7, 0.9, 1]);
    close(at(contrast({ from: 2, to: 2 }), { draw: [[0, 0.5]] }), [0, 0.3, 0.7, 1]);
    // each image and channel around its own mean: 0.3 of the first, 0.6 of the second
    const two = { ...picture([[0.2, 0.4]], 2), images: tensor([0.2, 0.4, 0.5, 0.7], [2, 1, 2, 1]) as Tensor4D };
    const apart = contrast({ from: 2, to: 2 }).apply(two, heldNoise({ draw: [[0, 0.5], [0, 0.5]] })); // prettier-ignore
    close([...apart.images.dataSync()], [0.1, 0.5, 0.4, 0.8]);
    close(at(gamma({ from: 2, to: 2 }), { draw: [[0, 0.5]] }), [0.04, 0.16, 0.36, 0.64]);
    close(at(noise({ from: 0.1, to: 0.3 }), { draw: [[0, 0.5]], grain: [[1, -1, 0.5, 2]] }), [0.4, 0.2, 0.7, 1]);
    // the same in the range [−2, 2]: by is a share of its width 4, and the upper end is 2
    close(at(brightness({ by: 0.3, range: [-2, 2] }), { draw: [[0, 1]] }), [1.4, 1.6, 1.8, 2]);
  });

  test("asOne: first turned, then mirrored", () => {
    const chain = asOne([rotate90(), flips()]);
    const out = chain.apply(picture([[1, 2], [3, 4]]), heldNoise({ "0/rotate90/draw": [[0.3]], "1/flips/draw": [[0.6, 0.4]] })); // prettier-ignore
    expect(rowsOf(out.images)).toEqual([[1, 3], [2, 4]]); // prettier-ignore
    expect(chain.options).toEqual([{ name: "rotate90", options: {} }, { name: "flips", options: {} }]); // prettier-ignore
  });
});

test.each([
  [
    "flips",
    flips(),
    [
      [0.3, 0.8],
      [0.2, 0.1],
      [0.9, 0.4],
    ],
  ],
  ["rotate90", rotate90(), [[0.3], [0.6], [0.9]]],
] as const)("%s by moving pixels equals the same by sampling", (_, transform: Geometric, draw) => {
  const rows = Array.from({ length: 5 }, (__, y) => Array.from({ length: 5 }, (___, x) => Math.sin(7 * y + 3 * x)));
  const moved = transform.apply(picture(rows, 3), heldNoise({ draw }));
  const sampled = resampled(picture(rows, 3), transform.warp(heldNoise({ draw }), [5, 5]));
  for (const part of ["images", "labels", "valid"] as const) expect([...sampled[part].dataSync()]).toEqual([...moved[part].dataSync()]);
});

test("asOne of moves that are exact equals the moves done one after the other", () => {
  const chain = [rotate90(), flips(), rotate90(), flips(), rotate90()] as const;
  const draws = chain.map((one, i) => [0.05, 0.3, 0.55, 0.8].map((u, b) => Array.from({ length: one.name === "flips" ? 2 : 1 }, (_, k) => (u + 0.37 * i * (b + 1) + 0.6 * k) % 1))); // prettier-ignore
  const rows = Array.from({ length: 5 }, (_, y) => Array.from({ length: 5 }, (__, x) => Math.sin(7 * y + 3 * x)));
  const steps = chain.reduce<Picture>((p, one, i) => one.apply(p, heldNoise({ draw: draws[i]! })), picture(rows, 4));
  const sites = Object.fromEntries(chain.map(({ name }, i) => [`${i}/${name}/draw`, draws[i]!]));
  const once = asOne(chain).apply(picture(rows, 4), heldNoise(sites));
  for (const part of ["images", "labels", "valid"] as const) expect([...once[part].dataSync()]).toEqual([...steps[part].dataSync()]);
});

const every: Readonly<Record<string, Transform>> = {
  flips: flips(),
  rotate90: rotate90(),
  rotate: rotate({ degrees: 30 }),
  scale: scale({ from: 0.7, to: 1.4 }),
  elastic: elastic({ deviation: 2, spacing: 8 }),
  "as-one": asOne([rotate90(), rotate({ degrees: 30 }), elastic({ deviation: 1, spacing: 8 }), rotate({ degrees: 5 })]),
  brightness: brightness({ by: 0.3 }),
  contrast: contrast({ from: 0.5, to: 2 }),
  gamma: gamma({ from: 0.5, to: 2 }),
  blur: blur({ from: 0.5, to: 2 }),
  noise: noise({ from: 0.05, to: 0.2 }),
};

describe.each(Object.entries(every))("%s in a step", (name, transform) => {
  const [count, side] = [3, 12];
  const values = Float32Array.from({ length: count * side * side * 2 }, (_, i) => 0.5 + 0.4 * Math.sin(i * i));
  const batch = (): Tensor[] => [
    tensor(values, [count, side, side, 2]),
    tensor(Float32Array.from({ length: count * side * side * 3 }, (_, i) => (i % 3 === (i % 7) % 3 ? 1 : 0)), [count, side, side, 3]), // prettier-ignore
    tensor(Float32Array.from({ length: count * side * side }, (_, i) => (i % 11 === 0 ? 0 : 1)), [count, side, side]), // prettier-ignore
  ];
  const seeds = (...of: number[]): Tensor => tensor2d(of.flatMap((s) => [s, 5 * s]), [of.length, 2], "int32"); // prettier-ignore
  const program = (...t: Tensor[]): Tensor[] => {
    const [images, labels, valid, seed] = t as [Tensor4D, Tensor4D, Tensor3D, Tensor2D];
    const out = transform.apply({ images, labels, valid }, noises(seed)("site"));
    return [out.images, out.labels, out.valid].map((x) => x.clone());
  };
  const bytesOf = (all: readonly Tensor[]): number[][] => all.map((t) => [...t.dataSync()]);

  test("eager = compiled to the byte, no value is read, nothing is baked in, no tensor is left", async () => {
    const compiled = compile(program, { name });
    const tensors = memory().numTensors;
    const run = async (seed: Tensor): Promise<[number[][], number[][]]> => {
      const args = [...batch(), seed];
      const whole = await compiled.run(...args);
      const eager = tidy(() => withoutReads(() => program(...args)));
      const found: [number[][], number[][]] = [bytesOf(whole), bytesOf(eager)];
      [...args, ...whole, ...eager].forEach((t) => t.dispose());
      return found;
    };
    const [one, oneEager] = await run(seeds(1, 2, 3));
    const [other, otherEager] = await run(seeds(4, 5, 6));
    expect(one).toEqual(oneEager);
    expect(other).toEqual(otherEager);
    expect(other[0]).not.toEqual(one[0]);
    expect(memory().numTensors).toBe(tensors);
    compiled.dispose();
  });

  test("an image's numbers follow its own seed, wherever it stands in the batch", () => {
    tidy(() => {
      const [images, labels, valid] = batch() as [Tensor, Tensor, Tensor];
      const straight = program(images, labels, valid, seeds(1, 2, 3));
      const order = tensor1d([2, 0, 1], "int32");
      const turned = program(...[images, labels, valid].map((t) => gather(t, order)), seeds(3, 1, 2));
      const [there, expected] = [bytesOf(turned), bytesOf(straight.map((t) => gather(t, order)))];
      // TensorFlow computes exp of the last few numbers of a tensor otherwise than of the first: the last bit may differ
      expect(Math.max(...there[0]!.map((v, i) => Math.abs(v - expected[0]![i]!)))).toBeLessThan(1e-6);
      expect(there.slice(1)).toEqual(expected.slice(1));
      // the same image thrice: three different results where the seeds differ
      const first = tensor1d([0, 0, 0], "int32");
      const thrice = program(...[images, labels, valid].map((t) => gather(t, first)), seeds(1, 8, 9))[0]!;
      const all = [...thrice.dataSync()];
      const part = (b: number): number[] => all.slice((b * all.length) / 3, ((b + 1) * all.length) / 3);
      expect([part(0), part(1), part(2)].some((p) => p.join() !== part(0).join())).toBe(true);
    });
  });
});

test("probability: about that share of the images is changed, the others not by a bit", () => {
  tidy(() => {
    const seeds = tensor2d(Array.from({ length: 400 }, (_, i) => i), [200, 2], "int32"); // prettier-ignore
    const many = picture([[0.25, 0.5, 0.125], [0.75, 0.5, 0.25]], 200); // prettier-ignore
    for (const transform of [rotate({ degrees: 90, probability: 0.3 }), gamma({ from: 2, to: 3, probability: 0.3 })]) {
      const { images } = transform.apply(many, noises(seeds)("site"));
      const before = JSON.stringify(rowsOf(many.images));
      const changed = Array.from({ length: 200 }, (_, b) => JSON.stringify(rowsOf(images, b)) !== before).filter(Boolean).length;
      expect(changed).toBeGreaterThan(40);
      expect(changed).toBeLessThan(80);
    }
  });
});

describe("refuses", () => {
  test.each([
    [() => rotate({ degrees: 200 }), "core/transform-option", "[rotate] degrees is 200. Expected a number from 0 to 180. Correct it."],
    [
      () => gamma({ from: 1, to: 2, probability: 1.5 }),
      "core/transform-option",
      "[gamma] probability is 1.5. Expected a number from 0 to 1. Correct it.",
    ],
    [
      () => scale({ from: 1.2, to: 0.8 }),
      "core/transform-bounds",
      "[scale] from is 1.2 and to is 0.8. Expected 0.1 <= from <= to <= 10. Correct them.",
    ],
    [
      () => brightness({ by: 0.1, range: [1, 0] }),
      "core/transform-range",
      "[brightness] range is [1,0]. Expected [lowest, highest] of the prepared pictures' values, such as [0, 1]. Correct it.",
    ],
    [
      () => rotate90().apply(picture([[1, 2, 3]]), heldNoise({ draw: [[0.1]] })),
      "core/not-square",
      "[rotate90] the pictures are 1 x 3 (height x width). Expected square ones, which keep their shape. Use a square patch, or rotate.",
    ],
    [
      () => asOne([rotate90()]).apply(picture([[1, 2, 3]]), heldNoise({ "0/rotate90/draw": [[0.1]] })),
      "core/not-square",
      "[rotate90] the pictures are 1 x 3 (height x width). Expected square ones, which keep their shape. Use a square patch, or rotate.",
    ],
  ])("%s", (make, code, message) => {
    expect(make).toThrow(userError(code, message));
  });
});

test("noise: every pixel and channel has a number of its own, of the deviation asked for", () => {
  tidy(() => {
    const flat = { ...picture([[0.5]]), images: fill([1, 30, 20, 2], 0.5) as Tensor4D };
    const { images } = noise({ from: 0.1, to: 0.1 }).apply(flat, noises(tensor2d([3, 4], [1, 2], "int32"))("site"));
    const values = [...images.dataSync()];
    expect(new Set(values).size).toBeGreaterThan(1190);
    const deviation = Math.sqrt(values.reduce((all, v) => all + (v - 0.5) ** 2, 0) / values.length);
    expect(Math.abs(deviation - 0.1)).toBeLessThan(0.01);
  });
});
