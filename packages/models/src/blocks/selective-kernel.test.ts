import { ones, tidy } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, it } from "vitest";
import { builtLayer as built } from "../built-layer.js";
import { newPass } from "../fixed-scope.js";
import { macsAt, maxPool, selectiveKernelStage, selectiveKernelUnit, sequence } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

/** Norms that do nothing in inference. */
const still = { "(norm|between)/scale": 1, "(norm|between)/offset": 0, "(norm|between)/mean": 0, "(norm|between)/variance": 1 - 1e-5 };
const unitStill = { "norm/scale": 1, "norm/offset": 0, "norm/mean": 0, "norm/variance": 1 - 1e-5 };
const inference = newPass("inference");

describe("a unit, by hand", () => {
  it("mixes both widths by their weights", () => {
    // kernels of 1/2 over two channels count the neighbours: 25 and 9 inside, 9 and 4 in a corner; the logits are log 3 and 0
    const unit = built(selectiveKernelUnit(2), {
      ...unitStill,
      bias: 0,
      "(wide|narrow)/conv/kernel": 0.5,
      "squeeze/conv/kernel": 0,
      "choose/wide/bias": Math.log(3),
    });
    const found = tidy(() => unit.run(ones([1, 7, 9, 2]), inference).arraySync())[0]!;
    expect(found[3]![4]![0]).toBeCloseTo((3 / 4) * 25 + (1 / 4) * 9, 4);
    expect(found[0]![0]![1]).toBeCloseTo((3 / 4) * 9 + (1 / 4) * 4, 4);
  });

  it("asks the whole map: the mean of W + N decides", () => {
    const unit = built(selectiveKernelUnit(2), {
      ...unitStill,
      "(wide|narrow)/conv/kernel": 0,
      bias: 0,
      "wide/conv/bias": 1,
      "narrow/conv/bias": 3,
      "squeeze/conv/kernel": 0.5, // g = (4 + 4) / 2
      "choose/wide/kernel": 0.25, // a = 1
      "choose/narrow/kernel": 0,
    });
    const share = 1 / (1 + Math.exp(-1));
    const found = tidy(() => unit.run(ones([1, 2, 3, 2]), inference)).dataSync<"float32">();
    for (const one of found) expect(one).toBeCloseTo(share + 3 * (1 - share), 5);
  });
});

it("a stage adds its input, after a projection, where the residuals are silent", () => {
  const stage = built(selectiveKernelStage({ in: 3, out: 2 }), {
    ...still,
    "leave/norm/scale": 0,
    "leave/norm/offset": 2,
    "shortcut/conv/kernel": 1,
  });
  const found = tidy(() => stage.run(ones([1, 2, 3, 3]), inference)).dataSync<"float32">();
  for (const one of found) expect(one).toBeCloseTo(7, 5); // 3 + 2, then 5 + 2
});

describe("costs, by hand", () => {
  it("of a unit: the small map costs once", () => {
    const unit = selectiveKernelUnit(4);
    expect(unit.parameters).toBe(25 * 16 + 4 + 8 + (9 * 16 + 4 + 8) + (4 * 2 + 2 + 4) + 2 * (2 * 4 + 4));
    expect(macsAt(unit, 5, 7)).toBe(34 * 16 * 35 + (8 + 16));
  });

  it("of a stage, behind a pool too", () => {
    const stage = selectiveKernelStage({ in: 64, out: 128 });
    const block = 34 * 128 ** 2 + 256 + 512 + (128 * 64 + 64 + 128) + 2 * (64 * 128 + 128) + 256 + (128 * 128 + 256);
    expect(stage.parameters).toBe(1_233_024);
    expect(stage.parameters).toBe(2 * block + (64 * 128 + 256) * 2 + (128 * 128 + 256));
    const both = sequence([
      ["pool", maxPool(64)],
      ["stage", stage],
    ]);
    expect(macsAt(both, 6, 8)).toBe(macsAt(stage, 3, 4));
  });
});
