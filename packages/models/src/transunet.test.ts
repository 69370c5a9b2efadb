import { describe, expect, it } from "vitest";
import { notingScope, type Asked } from "./fixed-scope.js";
import { readFixtures, type Count, type NetworkFixture } from "./fixtures.js";
import { transunet, type TransunetOptions } from "./transunet.js";

// No engine is started here: whatever counts must not need one. What it answers is held to PyTorch in networks.test.ts.
interface Form extends Count {
  readonly network: "base" | "small";
  readonly norm: "group" | "batch";
}
const { counts, group, batch } = readFixtures("transunet") as {
  readonly counts: readonly Form[];
  readonly group: NetworkFixture;
  readonly batch: NetworkFixture;
};
const askedBy = (options: TransunetOptions): Map<string, Asked> => {
  const asked = new Map<string, Asked>();
  transunet(options).build(notingScope(asked));
  return asked;
};
const shapesOf = (asked: ReadonlyMap<string, Asked>, kind: Asked["kind"]): Record<string, readonly number[]> =>
  Object.fromEntries([...asked].filter(([, one]) => one.kind === kind).map(([name, { shape }]) => [name, shape]));

describe("costs", () => {
  it("parameters are the quoted 105.3 M of methods.md 2.3, within 0.5 %; a further class has 9 · 16 + 1", () => {
    expect(transunet({ classes: 2 }).parameters).toBe(105_269_794);
    expect(Math.abs(105_269_794 / 105.3e6 - 1)).toBeLessThan(0.005);
    expect(transunet({ classes: 3 }).parameters - 105_269_794).toBe(145);
  });

  it.each(counts)("as PyTorch counts them: $network, $norm norm, $classes classes, $channels channels, $size", (count) => {
    const spec = transunet({ size: count.network, norm: count.norm, classes: count.classes, inputChannels: count.channels });
    expect([spec.parameters, spec.macs(...count.size)]).toEqual([count.parameters, count.macs]);
  });

  it("attention grows with the square of the positions, all else with the positions", () => {
    const spec = transunet({ classes: 2 });
    // 12 layers, two products of 768 for each of 16 · 16 or 32 · 16 positions squared
    expect(spec.macs(512, 256) - 2 * spec.macs(256, 256)).toBe(12 * 2 * 768 * (512 ** 2 - 2 * 256 ** 2));
  });
});

describe.each([
  ["group", { size: "small", inputChannels: 2, classes: 3 }, group],
  ["batch", { size: "small", norm: "batch", image: 64, classes: 2 }, batch],
] as const)("variables, %s norm", (_, options, fixture) => {
  it("names and shapes are those of the fixture: keys of checkpoints do not change", () => {
    const asked = askedBy(options);
    expect(shapesOf(asked, "variable")).toEqual(fixture.variables);
    expect(shapesOf(asked, "state")).toEqual(fixture.state);
  });

  it("as many numbers as the spec says", () => {
    const shapes = Object.values(shapesOf(askedBy(options), "variable"));
    expect(shapes.reduce((all, shape) => all + shape.reduce((n, one) => n * one, 1), 0)).toBe(transunet(options).parameters);
  });
});

it("first values: He-normal by fan out in the ResNet, Xavier-uniform in the matrices, positions normal", () => {
  const asked = askedBy({ classes: 2 });
  const initial = (name: string) => asked.get(name)!.initial;
  expect(initial("encoder/4/block1/second/conv/kernel")).toEqual({ normal: Math.sqrt(2 / (9 * 64)) });
  expect(initial("bottleneck/layer12/attention/heads/qkv/kernel")).toEqual({ uniform: Math.sqrt(6 / (768 + 2304)) });
  expect(initial("bottleneck/layer1/mlp/widen/bias")).toBe("zeros");
  expect(initial("bottleneck/positions/grid")).toEqual({ normal: 0.02 });
});

it("what the spec says before anything runs", () => {
  const said = Object.fromEntries(
    Object.entries(transunet({ classes: 2, inputChannels: 3 })).filter(([, value]) => typeof value !== "function"),
  );
  expect(said).toEqual({
    name: "transunet",
    options: { size: "base", norm: "group", image: 224 },
    inputChannels: 3,
    classes: 2,
    multiple: 16,
    parameters: 105_276_066,
    bottleneck: { stride: 16, channels: 768 },
    taps: {
      "encoder/2": { stride: 2, channels: 64 },
      "decoder/2": { stride: 2, channels: 64 },
      "encoder/4": { stride: 4, channels: 256 },
      "decoder/4": { stride: 4, channels: 128 },
      "encoder/8": { stride: 8, channels: 512 },
      "decoder/8": { stride: 8, channels: 256 },
    },
  });
});

describe("options that are refused", () => {
  it.each([
    [{ size: "large" }, '[transunet] size is "large". Expected one of: base, small. Choose one of them.'],
    [{ norm: "layer" }, '[transunet] norm is "layer". Expected one of: group, batch. Choose one of them.'],
    [
      { image: 100 },
      "[transunet] image / 16 is 6.25. Expected a whole number, 1 or more. 224 and 256 are usual; any multiple of 16 works.",
    ],
  ])("%o", (options, message) => {
    const error: unknown = expect.objectContaining({ name: "SegDistillError", exit: 2, message });
    expect(() => transunet({ classes: 2, ...options } as TransunetOptions)).toThrow(error as Error);
  });
});
