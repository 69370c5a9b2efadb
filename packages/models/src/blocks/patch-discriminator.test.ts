import { add, mul, square, sum, tidy, valueAndGrads, variableGrads, zeros, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, it } from "vitest";
import { fixedMap, fixedScope, newPass, notingScope, type Asked } from "../fixed-scope.js";
import { distance, readFixtures, type NetworkFixture } from "../fixtures.js";
import { patchDiscriminator, type PatchScores } from "./index.js";

type Samples = NetworkFixture["gradients"];
const { patch: fixture } = readFixtures("discriminators") as {
  readonly patch: {
    readonly input: readonly [number, number, number, number];
    readonly base: number;
    readonly scores: Samples[string];
    readonly gradients: Samples;
    readonly hidden: { readonly values: Samples[string]; readonly gradients: Samples };
    readonly variables: Readonly<Record<string, readonly number[]>>;
  };
};

beforeAll(async () => {
  await startEngine();
});

const built = (channels: number, width: number) => {
  const d = patchDiscriminator({ in: channels, width });
  return fixedScope().module("d", (make) => ({ at: d.build(make, "score") }));
};

it("has 2,764,737 parameters for three channels, without state; 64 channels first", () => {
  const asked = new Map<string, Asked>();
  const d = patchDiscriminator({ in: 3 });
  notingScope(asked).module("d", (make) => ({ at: d.build(make, "score") }));
  const count = [...asked.values()].reduce((all, { shape }) => all + shape.reduce((n, side) => n * side, 1), 0);
  expect([count, d.parameters]).toEqual([2_764_737, 2_764_737]);
  expect(new Set([...asked.values()].map(({ kind }) => kind))).toEqual(new Set(["variable"]));
  expect(asked.get("score/stage1/conv/kernel")!.shape).toEqual([4, 4, 3, 64]);
  expect(d.channels).toEqual({ in: 3, hidden: 512 });
});

it.each([
  [256, 256, 30, 30],
  [32, 32, 2, 2],
  [36, 50, 2, 4],
])("%i × %i pixels: %i × %i scores, one more of the hidden layer", (height, width, rows, columns) => {
  const shapes = tidy(() => {
    const { hidden, scores } = built(3, 2).at(newPass("train"))(zeros([1, height, width, 3]));
    return [hidden.shape, scores.shape];
  });
  expect(shapes).toEqual([
    [1, rows + 1, columns + 1, 16],
    [1, rows, columns, 1],
  ]);
});

it("no bias before an instance norm changes anything, and none has a gradient; the others have one", () => {
  const module = built(3, 2);
  const images = fixedMap("images", [1, 32, 48, 3]);
  const scored = (): Tensor => module.at(newPass("train"))(images).scores;
  const biases = Object.entries(module.variables).filter(([name]) => name.endsWith("/bias"));
  tidy(() => {
    const { grads } = variableGrads(() => sum(square(scored())), Object.values(module.variables));
    const before = scored().dataSync();
    const moved = biases.map(([name, bias]) => {
      const own = bias.clone();
      bias.assign(add(bias, 1));
      const after = scored().dataSync();
      bias.assign(own);
      return [name, Boolean(grads[bias.name]), after.some((x, i) => x !== before[i])];
    });
    const row = (name: string, does: boolean) => [`score/${name}/bias`, does, does];
    expect(moved).toEqual([
      row("stage1/conv", true),
      row("stage2/conv", false),
      row("stage3/conv", false),
      row("stage4/conv", false),
      row("last", true),
    ]);
  });
});

describe("against PyTorch", () => {
  const d = () => built(fixture.input[3], fixture.base);
  const images = () => fixedMap("images", fixture.input);

  it("the same variables, scores and hidden layer, from one run", () => {
    const module = d();
    expect(Object.fromEntries(Object.entries(module.variables).map(([name, { shape }]) => [name, shape]))).toEqual(fixture.variables);
    tidy(() => {
      const { hidden, scores } = module.at(newPass("train"))(images());
      expect(distance(scores, fixture.scores)).toBeLessThan(1e-5);
      expect(distance(hidden, fixture.hidden.values)).toBeLessThan(1e-5);
    });
  });

  it.each([
    ["scores", "cotangent", fixture.gradients],
    ["hidden", "hidden", fixture.hidden.gradients],
  ] as const)("gradients of the %s", (which: keyof PatchScores, cotangent, expected) => {
    const module = d();
    const names = Object.keys(expected);
    const by = names.map((name) => (name === "images" ? images() : (module.variables[name] as Tensor)));
    const of = (...xs: Tensor[]): Tensor => {
      const map = module.at(newPass("train"))(xs[names.indexOf("images")] as Tensor4D)[which];
      return sum(mul(map, fixedMap(cotangent, map.shape)));
    };
    tidy(() => {
      const { grads } = valueAndGrads(of)(by);
      for (const [i, name] of names.entries()) expect(distance(grads[i]!, expected[name]!), name).toBeLessThan(1e-4);
    });
  });
});

it.each([
  [31, 64],
  [64, 31],
])("refuses %i × %i pixels", (height, width) => {
  const look = built(3, 2).at(newPass("train"));
  const thrown = (): unknown => {
    try {
      return look(zeros([1, height, width, 3]));
    } catch (error) {
      return { ...(error as object), message: (error as Error).message };
    }
  };
  expect(thrown()).toEqual({
    name: "SegDistillError",
    code: "models-picture-too-small",
    exit: 2,
    message: `[patchDiscriminator] the picture is ${height} × ${width} pixels. Expected 32 × 32 or larger. Set sample.patch to 32 or more, or pad the pictures.`,
  });
});
