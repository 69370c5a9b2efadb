import { ones, scalar, squeeze, sub, tensor, tidy, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import type { Pass } from "@segdistill/core/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { builtLayer as built } from "../built-layer.js";
import { fixedMap, newPass } from "../fixed-scope.js";
import {
  batchNorm,
  conv,
  convNorm,
  depthwise,
  doubled,
  invertedResidual,
  maxPool,
  prelu,
  sequence,
  transposedConv,
  type Layer,
} from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const still = newPass("inference");
/** The rows of a map of one image and one channel. */
const numbersOf = (run: () => Tensor4D): unknown => tidy(() => squeeze(run(), [0, 3])).arraySync();

describe("convolutions, by hand", () => {
  it("stride 2 pads the top and the left too", () => {
    const { run } = built(conv({ in: 1, out: 1, size: 3, stride: 2 }), { "it/kernel": 1 });
    // prettier-ignore
    expect(numbersOf(() => run(ones([1, 4, 6, 1]), still))).toEqual([[4, 6, 6], [6, 9, 9]]);
  });

  it("depthwise, stride 2, the same; channels apart", () => {
    const module = built(depthwise({ channels: 2, size: 3, stride: 2 }));
    module.variables["it/kernel"]!.assign(
      tensor(
        Array.from({ length: 18 }, (_, i) => (i % 2 ? 10 : 1)),
        [3, 3, 2, 1],
      ),
    );
    const found = tidy(() => module.run(ones([1, 4, 2, 2]), still).arraySync());
    // prettier-ignore
    expect(found).toEqual([[[[4, 40]], [[6, 60]]]]);
  });

  it("dilated by rows only: 3 × 1 sees every second row", () => {
    const { run } = built(conv({ in: 1, out: 1, size: [3, 1], dilation: [2, 1] }), { "it/kernel": 1 });
    const x = (): Tensor4D => tensor([1, 10, 100, 1000, 2, 20, 200, 2000, 4, 40], [1, 5, 2, 1]);
    // prettier-ignore
    expect(numbersOf(() => run(x(), still))).toEqual([[3, 30], [300, 3000], [7, 70], [300, 3000], [6, 60]]);
  });

  it("2 × 2 with stride 2: tiles, nothing padded", () => {
    const layer = conv({ in: 1, out: 1, size: 2, stride: 2 });
    const { run } = built(layer, { "it/kernel": 1 });
    expect(numbersOf(() => run(tensor([1, 2, 3, 4, 10, 20, 30, 40], [1, 2, 4, 1]), still))).toEqual([[33, 77]]);
    expect([layer.parameters, layer.macs]).toEqual([4, 1]);
  });

  it("a bias is added", () => {
    const { run } = built(conv({ in: 2, out: 1, size: 1, bias: true }), { "it/kernel": 3, "it/bias": 0.5 });
    expect(numbersOf(() => run(ones([1, 1, 3, 2]), still))).toEqual([[6.5, 6.5, 6.5]]);
  });

  it("transposed 4 × 4 reaches one position to every side", () => {
    const { run } = built(transposedConv({ in: 1, out: 1, size: 4 }), { "it/kernel": 1, "it/bias": 100 });
    // prettier-ignore
    expect(numbersOf(() => run(tensor([1, 10], [1, 1, 2, 1]), still))).toEqual([[101, 111, 111, 110], [101, 111, 111, 110]]);
  });

  it("transposed 3 × 3 begins in its middle: padding 1, output padding 1", () => {
    const module = built(transposedConv({ in: 1, out: 1, size: 3, bias: false }));
    module.variables["it/kernel"]!.assign(tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1, 1]));
    // prettier-ignore
    expect(numbersOf(() => module.run(tensor([1, 10], [1, 1, 2, 1]), still))).toEqual([[5, 46, 50, 60], [8, 79, 80, 90]]);
    expect(Object.keys(module.variables)).toEqual(["it/kernel"]);
  });

  it("transposed 2 × 2 lays tiles side by side; kernel [kh, kw, out, in]", () => {
    const module = built(transposedConv({ in: 2, out: 1, size: 2 }), { "it/bias": 0 });
    module.variables["it/kernel"]!.assign(tensor([1, 10, 2, 20, 3, 30, 4, 40], [2, 2, 1, 2]));
    // prettier-ignore
    expect(numbersOf(() => module.run(tensor([1, 1, 0, 2], [1, 1, 2, 2]), still))).toEqual([[11, 22, 20, 40], [33, 44, 60, 80]]);
  });
});

describe("shapes, by hand", () => {
  it("max-pool", () => {
    const { run } = built(maxPool(1));
    expect(numbersOf(() => run(tensor([1, 5, 2, 0, 3, 4, 9, 8], [1, 2, 4, 1]), still))).toEqual([[5, 9]]);
  });

  it("doubling has half-pixel centres", () => {
    const { run } = built(doubled(1));
    // prettier-ignore
    expect(numbersOf(() => run(tensor([0, 4], [1, 1, 2, 1]), still))).toEqual([[0, 1, 3, 4], [0, 1, 3, 4]]);
  });
});

it("prelu, by hand: one slope, from 0.25 if nothing else is said", () => {
  const { run } = built(prelu(1), { "it/slope": -0.5 });
  expect(numbersOf(() => run(tensor([-2, 0, 3, -1], [1, 1, 4, 1]), still))).toEqual([[1, 0, 3, 0.5]]);
  expect(prelu(7).parameters).toBe(1);
});

describe("batch norm, by hand: 1, 2, 3, 6 have mean 3, variance 3.5, unbiased 14/3", () => {
  const x = (): Tensor4D => tensor([1, 2, 3, 6], [2, 1, 2, 1]);
  const values = { "it/scale": 2, "it/offset": 1, "it/mean": 5, "it/variance": 4 };
  const after = (pass: Pass) => {
    const module = built(batchNorm(1), values);
    const found = tidy(() => [...module.run(x(), pass).dataSync()]);
    return { found, mean: module.state["it/mean"]!.dataSync()[0]!, variance: module.state["it/variance"]!.dataSync()[0]! };
  };
  const expectClose = (found: readonly number[], expected: readonly number[]): void => {
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
  };
  const byBatch = [1, 2, 3, 6].map((one) => 1 + (2 * (one - 3)) / Math.sqrt(3.50001));

  it("train: by the batch, moving 0.9 · old + 0.1 · batch", () => {
    const { found, mean, variance } = after(newPass("train"));
    expectClose(found, byBatch);
    expectClose([mean, variance], [4.8, 3.6 + 14 / 30]);
  });

  it("train, still: by the batch, moving nothing", () => {
    const { found, mean, variance } = after(newPass("train", "still"));
    expectClose(found, byBatch);
    expect([mean, variance]).toEqual([5, 4]);
  });

  it("inference: by the running statistics", () => {
    const { found, mean, variance } = after(newPass("inference"));
    expectClose(
      found,
      [1, 2, 3, 6].map((one) => 1 + (2 * (one - 5)) / Math.sqrt(4.00001)),
    );
    expect([mean, variance]).toEqual([5, 4]);
  });
});

describe("inverted residual", () => {
  const x = (): Tensor4D => fixedMap("x", [2, 4, 6, 3]);
  const silent = { "it/project/norm/scale": 0, "it/project/norm/offset": 7 };
  const difference = (layer: Layer): number[] => {
    const { run } = built(layer, silent);
    const input = layer.scale === 1 && layer.channels.out === 3 ? x() : scalar(0);
    return [...tidy(() => sub(run(x(), newPass("train")), input)).dataSync<"float32">()];
  };

  it("adds its input at stride 1 and equal channels", () => {
    for (const one of difference(invertedResidual({ in: 3, out: 3, expansion: 2 }))) expect(one).toBeCloseTo(7, 5);
  });

  it("and only there", () => {
    expect(new Set(difference(invertedResidual({ in: 3, out: 3, expansion: 2, stride: 2 })))).toEqual(new Set([7]));
    expect(new Set(difference(invertedResidual({ in: 3, out: 4, expansion: 2 })))).toEqual(new Set([7]));
  });

  it("costs, by hand", () => {
    const whole = invertedResidual({ in: 3, out: 5, expansion: 2, stride: 2 });
    expect(whole.parameters).toBe(3 * 6 + 12 + (9 * 6 + 12) + (6 * 5 + 10));
    expect(whole.macs).toBe(18 + 54 / 4 + 30 / 4);
    expect(invertedResidual({ in: 3, out: 5, expansion: 1 }).parameters).toBe(9 * 3 + 6 + (15 + 10)); // nothing expanded
  });
});

describe("a sequence", () => {
  it("costs, by hand: 3 × 3 of 1 → 2, a pool, 2 × 2 up of 2 → 5", () => {
    const layer = sequence([
      ["a", convNorm(conv({ in: 1, out: 2, size: 3 }), "relu")],
      ["b", maxPool(2)],
      ["c", transposedConv({ in: 2, out: 5, size: 2 })],
    ]);
    expect(layer.parameters).toBe(18 + 4 + 45);
    expect(layer.macs).toBe(18 + 40 / 4);
    expect([layer.scale, layer.channels]).toEqual([1, { in: 1, out: 5 }]);
  });

  it("names variables by its parts", () => {
    const layer = sequence([["a", convNorm(conv({ in: 1, out: 2, size: 3, bias: true }), "relu6")]]);
    const { variables, state } = built(layer);
    expect(Object.keys(variables)).toEqual(["it/a/conv/kernel", "it/a/conv/bias", "it/a/norm/scale", "it/a/norm/offset"]);
    expect(Object.keys(state)).toEqual(["it/a/norm/mean", "it/a/norm/variance"]);
  });

  it("runs its parts in order, and the activation is the one asked for", () => {
    const values = { "it/conv/kernel": 1, "it/norm/scale": 1, "it/norm/offset": 0, "it/norm/mean": 0, "it/norm/variance": 1 - 1e-5 };
    const through = (kind: "relu" | "relu6" | "linear"): number[] => {
      const { run } = built(convNorm(conv({ in: 1, out: 1, size: 1 }), kind), values);
      return tidy(() => [...run(tensor([-2, 3, 8], [1, 1, 3, 1]), still).dataSync()].map((one) => Math.round(one * 1e4) / 1e4));
    };
    expect(through("linear")).toEqual([-2, 3, 8]);
    expect(through("relu")).toEqual([0, 3, 8]);
    expect(through("relu6")).toEqual([0, 3, 6]);
  });
});
