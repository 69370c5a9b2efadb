import { add, grads, square, tensor, tidy, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, it } from "vitest";
import { builtLayer } from "../built-layer.js";
import { fixedMap, newPass } from "../fixed-scope.js";
import { enetBottleneck, enetDown, enetUp } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const how = { act: "prelu", dropout: 0.5 } as const;
const pass = newPass("inference");
/** An extension that gives 7 everywhere. */
const seven = { "it/extend/norm/scale": 0, "it/extend/norm/offset": 7 };

describe("bottleneck", () => {
  it("adds the extension to x, then the PReLU of its own", () => {
    const { run } = builtLayer(enetBottleneck({ channels: 4, ...how }), { ...seven, "it/act/slope": 10 });
    const x = (): Tensor4D => tensor([1, -7, -8, 0, 2, 3, -9, -10], [1, 1, 2, 4]);
    expect([...tidy(() => run(x(), pass)).dataSync()]).toEqual([8, 0, -10, 7, 9, 10, -20, -30]);
  });

  it("drops whole channels of an image in training, and scales up the others", () => {
    const { run } = builtLayer(enetBottleneck({ channels: 8, ...how }), seven);
    const found = tidy(() => run(tensor(new Float32Array(2 * 2 * 3 * 8), [2, 2, 3, 8]), newPass("train", "still", 2))).dataSync();
    const of = (image: number, channel: number): Set<number> =>
      new Set(Array.from({ length: 6 }, (_, position) => found[(image * 6 + position) * 8 + channel]!));
    const each = [0, 1].map((image) => Array.from({ length: 8 }, (_, channel) => [...of(image, channel)]));
    for (const values of each.flat()) expect([[0], [14]]).toContainEqual(values);
    expect(new Set(each.flat(2))).toEqual(new Set([0, 14]));
    expect(each[0]).not.toEqual(each[1]);
  });

  it("costs by hand: 8 channels, 2 inside, norms 2 a channel, one slope for each PReLU", () => {
    const ends = 8 * 2 + 4 + 1 + (2 * 8 + 16 + 1) + 1;
    expect(enetBottleneck({ channels: 8, ...how }).parameters).toBe(ends + 9 * 4 + 4 + 1);
    expect(enetBottleneck({ channels: 8, main: "asymmetric", ...how }).parameters).toBe(ends + 2 * (5 * 4 + 4 + 1));
    expect(enetBottleneck({ channels: 8, main: { dilated: 4 }, act: "relu", dropout: 0 }).parameters).toBe(ends + 9 * 4 + 4 - 3);
    expect(enetBottleneck({ channels: 8, main: "asymmetric", ...how }).macs).toBe(16 + 20 + 20 + 16);
  });

  it("asymmetric: 5 × 1, then 1 × 5", () => {
    const { variables } = builtLayer(enetBottleneck({ channels: 8, main: "asymmetric", ...how }));
    expect(variables["it/rows/conv/kernel"]!.shape).toEqual([5, 1, 2, 2]);
    expect(variables["it/columns/conv/kernel"]!.shape).toEqual([1, 5, 2, 2]);
  });

  it("dilated: a position reaches as far as the dilation says", () => {
    const reach = (main: "regular" | { dilated: number }): number[] => {
      const { run } = builtLayer(enetBottleneck({ channels: 4, main, ...how }));
      const at = (value: number): Float32Array =>
        tidy(() => {
          const x = new Float32Array(9 * 4);
          x[4 * 4] = value; // the middle of nine columns
          return run(tensor(x, [1, 1, 9, 4]), pass).dataSync<"float32">();
        });
      const [one, other] = [at(0), at(1)];
      return Array.from({ length: 9 }, (_, i) => i).filter((i) => [0, 1, 2, 3].some((c) => one[4 * i + c] !== other[4 * i + c]));
    };
    expect(reach("regular")).toEqual([3, 4, 5]);
    expect(reach({ dilated: 3 })).toEqual([1, 4, 7]);
  });
});

it("down: the maxima, zeros after their channels, plus the extension", () => {
  const layer = enetDown({ in: 4, out: 6, ...how });
  const { run } = builtLayer(layer, { ...seven, "it/act/slope": 10 });
  const x = (): Tensor4D => tensor([1, -8, -20, 0, 2, -9, -30, -1, 3, -8, -40, -2, 0, -8, -20, 0], [1, 2, 2, 4]);
  expect([...tidy(() => run(x(), pass)).dataSync()]).toEqual([10, -10, -130, 7, 7, 7]);
  expect(layer.parameters).toBe(4 * 4 * 1 + 2 + 1 + (9 + 2 + 1) + (6 + 12 + 1) + 1);
  expect([layer.scale, layer.macs]).toEqual([1 / 2, (16 + 9 + 6) / 4]);
});

describe("up", () => {
  const layer = enetUp({ in: 4, out: 2, act: "relu", dropout: 0 });
  const identity = { "it/shortcut/norm/scale": 1, "it/shortcut/norm/offset": 0, "it/shortcut/norm/mean": 0 };
  const values = { ...seven, ...identity, "it/shortcut/norm/variance": 1 - 1e-5, "it/shortcut/conv/kernel": 1 };

  it("puts the projected values where the skip had its maxima, ties to the first, and adds the extension", () => {
    const { run } = builtLayer(layer, values);
    const x = (): Tensor4D => tensor([1, 2, 3, 4, -1, -1, -1, -17], [1, 1, 2, 4]); // sums 10 and −20
    // channel 0: maxima at (0, 1) and (1, 2); channel 1: ties, and at (1, 3)
    const skip = (): Tensor4D => tensor([0, 5, 9, 5, 1, 0, 2, 0, 3, 5, 1, 5, 8, 0, 7, 1], [1, 2, 4, 2]);
    const found = [...tidy(() => run(x(), skip(), pass)).dataSync()].map((one) => Math.round(one * 1e4) / 1e4);
    expect(found).toEqual([7, 17, 17, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 7, 7, 0]);
  });

  it("costs by hand", () => {
    expect(layer.parameters).toBe(4 + 2 + (4 + 2) + (2 + 4) + (8 + 4));
    expect(layer.macs).toBe(4 + 4 + 2 * 4 + 8); // the last 1 × 1 at four times the positions
    expect([layer.scale, layer.reads]).toEqual([2, "skip"]);
  });

  it("reads nothing of the skip but where its maxima are", () => {
    const { run } = builtLayer(layer, values);
    tidy(() => {
      const [x, skip] = [fixedMap("x", [2, 3, 5, 4]), fixedMap("skip", [2, 6, 10, 2])];
      const cubed = skip.dataSync().map((one) => one ** 3);
      expect(run(x, tensor(cubed, skip.shape), pass).dataSync()).toEqual(run(x, skip, pass).dataSync());
      const f = (a: Tensor, b: Tensor): Tensor => add(square(run(a as Tensor4D, b as Tensor4D, pass)), b);
      const [toX, toSkip] = grads(f)([x, skip]);
      expect(new Set(toSkip!.dataSync())).toEqual(new Set([1])); // of "+ b" alone
      expect(new Set(toX!.dataSync()).size).toBe(30); // one number for each position: the projection adds the channels up
    });
  });
});
