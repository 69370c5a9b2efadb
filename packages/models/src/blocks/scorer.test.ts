import { mean, mul, sum, tensor, tidy, valueAndGrads, zeros, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { gradientPenalty, spectralNorm } from "@segdistill/core";
import { beforeAll, describe, expect, it } from "vitest";
import { fixedMap, fixedScope, newPass, notingScope, type Asked } from "../fixed-scope.js";
import { distance, readFixtures, type NetworkFixture } from "../fixtures.js";
import { leaky, patchStage, saganDiscriminator, scoreConv, scorer, selfAttention, type ScorerPart } from "./index.js";

type Samples = NetworkFixture["gradients"];
interface Scored {
  readonly input: readonly [number, number, number, number];
  readonly base: number;
  readonly scores: Samples[string];
  readonly gradients: Samples;
  readonly penalty: { readonly value: number; readonly gradients: Samples };
  readonly moved: Samples;
  readonly variables: Readonly<Record<string, readonly number[]>>;
}
const fixtures = readFixtures("discriminators") as { readonly sagan: Scored; readonly patch: Scored };

beforeAll(async () => {
  await startEngine();
});

const sagan = (classes: number, width: number): ScorerPart => saganDiscriminator({ classes, width, kernelNorm: spectralNorm });

/** The conditional PatchGAN of methods.md 3.3.2, of image and class probabilities; `base` is 64. */
const patch = (channels: number, base: number): ScorerPart =>
  scorer([
    ["stage1", patchStage({ in: channels, out: base, stride: 2, norm: false })],
    ["stage2", patchStage({ in: base, out: 2 * base, stride: 2, norm: true })],
    ["stage3", patchStage({ in: 2 * base, out: 4 * base, stride: 2, norm: true })],
    ["stage4", patchStage({ in: 4 * base, out: 8 * base, stride: 1, norm: true })],
    ["last", scoreConv({ in: 8 * base, out: 1, padding: 1 })],
  ]);

describe("counts of methods.md 2.7", () => {
  /** By what is asked of the scope: variables, and state besides. */
  const counted = (part: ScorerPart): { readonly trained: number; readonly state: number } => {
    const asked = new Map<string, Asked>();
    notingScope(asked).module("d", (make) => ({ at: part.build(make, "score") }));
    const of = (kind: Asked["kind"]): number =>
      [...asked.values()].filter((one) => one.kind === kind).reduce((all, { shape }) => all + shape.reduce((n, side) => n * side, 1), 0);
    return { trained: of("variable"), state: of("state") };
  };

  it("SAGAN type: 3,174,275 for two classes, 3,182,435 with u and v; 3,181,443 for nine", () => {
    expect(counted(sagan(2, 64))).toEqual({ trained: 3_174_275, state: 3_182_435 - 3_174_275 });
    expect(counted(sagan(9, 64)).trained).toBe(3_181_443);
    expect([sagan(2, 64).parameters, sagan(9, 64).parameters]).toEqual([3_174_275, 3_181_443]);
  });

  it("PatchGAN: 2,764,737 for three channels, without state", () => {
    expect(counted(patch(3, 64))).toEqual({ trained: 2_764_737, state: 0 });
    expect(patch(3, 64).parameters).toBe(2_764_737);
  });
});

describe("sizes of the score map", () => {
  const sizeOf = (part: ScorerPart, side: number, channels: number): readonly number[] => {
    const { at } = fixedScope().module("d", (make) => ({ at: part.build(make, "score") }));
    return tidy(() => at(newPass("train"))(zeros([1, side, side, channels])).shape.slice(1));
  };

  it.each([
    [256, 13],
    [224, 11],
    [128, 5],
  ])("SAGAN type at %d: %d", (side, expected) => {
    expect(sizeOf(sagan(2, 8), side, 2)).toEqual([expected, expected, 1]);
  });

  it("PatchGAN at 256: 30", () => {
    expect(sizeOf(patch(3, 2), 256, 3)).toEqual([30, 30, 1]);
  });
});

const whole = [
  ["sagan", sagan(3, fixtures.sagan.base), fixtures.sagan],
  ["patch", patch(3, fixtures.patch.base), fixtures.patch],
] as const;

describe.each(whole)("%s against PyTorch", (_, part, fixture) => {
  const build = () => fixedScope().module("d", (make) => ({ at: part.build(make, "score") }));
  type Built = ReturnType<typeof build>;
  type Asking = (score: (x: Tensor4D) => Tensor4D, images: Tensor4D) => Tensor;
  const cotangent: Asking = (score, images) => {
    const scores = score(images);
    return sum(mul(scores, fixedMap("cotangent", scores.shape)));
  };
  const penalty: Asking = (score, images) => mean(gradientPenalty(score, { real: images, fake: images, a: tensor(0.5) }));

  /** The value, then gradients by `names`: the images or a variable. */
  const answer = (d: Built, asked: Asking, images: Tensor, names: readonly string[]): readonly Tensor[] => {
    const by = names.map((name) => (name === "images" ? images : (d.variables[name] as Tensor)));
    const at = names.indexOf("images");
    const { value, grads } = valueAndGrads((...xs: Tensor[]) => asked(d.at(newPass("train")), xs[at] as Tensor4D))(by);
    return [value, ...grads];
  };

  it("has the variables", () => {
    expect(Object.fromEntries(Object.entries(build().variables).map(([name, { shape }]) => [name, shape]))).toEqual(fixture.variables);
  });

  it("scores, and moves u and v by one iteration", () => {
    const d = build();
    tidy(() => {
      expect(distance(d.at(newPass("train"))(fixedMap("images", fixture.input)), fixture.scores)).toBeLessThan(1e-5);
    });
    for (const [name, sample] of Object.entries(fixture.moved)) expect(distance(d.state[name]!, sample), name).toBeLessThan(1e-5);
    expect(Object.keys(d.state)).toEqual(Object.keys(fixture.moved));
  });

  it.each([
    ["scores", cotangent, fixture.gradients],
    ["the penalty, by second order", penalty, fixture.penalty.gradients],
  ] as const)("gradients of %s, eager and compiled", (_what, asked, expected) => {
    const images = fixedMap("images", fixture.input);
    const names = Object.keys(expected);
    const [eager, traced] = [build(), build()];
    const step = compile((x) => [...answer(traced, asked, x, names)], {
      variables: [...Object.values(traced.variables), ...Object.values(traced.state)],
    });
    for (const [, ...grads] of [tidy(() => [...answer(eager, asked, images, names)]), step.runSync(images)]) {
      for (const [i, name] of names.entries()) expect(distance(grads[i]!, expected[name]!), name).toBeLessThan(1e-4);
    }
  });

  it("the penalty's value", () => {
    const [value] = tidy(() => [...answer(build(), penalty, fixedMap("images", fixture.input), ["images"])]);
    expect(value!.dataSync()[0]! / fixture.penalty.value).toBeCloseTo(1, 4);
  });
});

describe("self-attention", () => {
  it("starts as the identity", () => {
    const asked = new Map<string, Asked>();
    notingScope(asked).module("d", (make) => ({ at: selfAttention(8).build(make, "it") }));
    expect(asked.get("it/gamma")).toEqual({ kind: "variable", shape: [1], initial: "zeros" });
  });

  it("by hand: two positions, the second is attended to three times as much", () => {
    const d = fixedScope().module("d", (make) => ({ at: selfAttention(8).build(make, "it") }));
    const set = (name: string, values: (i: number) => number): void => {
      const v = d.variables[`it/${name}`]!;
      v.assign(
        tensor(
          Array.from({ length: v.size }, (_, i) => values(i)),
          v.shape,
        ),
      );
    };
    for (const name of ["query/kernel", "key/bias", "value/bias"]) set(name, () => 0);
    set("query/bias", () => 1);
    set("key/kernel", (i) => (i === 0 ? Math.log(3) : 0)); // keys: log 3 times the first channel
    set("value/kernel", (i) => (i % 9 === 0 ? 1 : 0)); // the identity
    set("gamma", () => 2);
    const x = tensor([0, 4, ...Array.from({ length: 6 }, () => 0), 1, 0, ...Array.from({ length: 6 }, () => 0)], [1, 1, 2, 8]);
    const found = tidy(() => [
      ...d
        .at(newPass("inference"))(x as Tensor4D)
        .dataSync(),
    ]);
    const attended = [0.75, 1]; // 1/4 of (0, 4) and 3/4 of (1, 0)
    for (const [position, own] of [[0, 4], [1, 0]].entries()) // prettier-ignore
      for (const [c, value] of own.entries()) expect(found[8 * position + c]).toBeCloseTo(value + 2 * attended[c]!, 5);
  });
});

describe("a scorer", () => {
  const message = (f: () => unknown): string => {
    try {
      f();
    } catch (error) {
      return (error as Error).message;
    }
    return "nothing was thrown";
  };

  it("refuses parts that do not fit, and none at all", () => {
    const parts = [["act", leaky(8, 0.1)] as const, ["last", scoreConv({ in: 4, out: 1 })] as const];
    expect(message(() => scorer(parts))).toBe('[sequence] layer "last" takes 4 channels, "act" before it gives 8. Make "last" with in: 8.');
    expect(message(() => scorer([]))).toBe("[sequence] has no layers. Expected one or more. Leave the sequence out.");
  });

  it("scores several maps in one pass that moves its state", () => {
    const d = fixedScope().module("d", (make) => ({ at: sagan(2, 8).build(make, "score") }));
    const score = tidy(() => {
      const now = d.at(newPass("train"));
      const maps = [fixedMap("a", [1, 64, 64, 2]), fixedMap("b", [1, 64, 64, 2]), fixedMap("a", [1, 64, 64, 2])];
      return maps.map((map) => now(map).dataSync<"float32">()[0]!);
    });
    expect(score[0]).toBe(score[2]);
    expect(score[0]).not.toBe(score[1]);
  });
});
