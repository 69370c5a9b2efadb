import type { NetworkSpec } from "@segdistill/core/contract";
import { describe, expect, it } from "vitest";
import { notingScope, type Asked } from "./fixed-scope.js";
import { fixtures } from "./fixtures.js";
import { mobileUNet } from "./mobile-u-net.js";
import { uNet } from "./u-net.js";

// No engine is started here: whatever counts must not need one.
const all = fixtures();

const askedBy = (spec: NetworkSpec<string>): Map<string, Asked> => {
  const asked = new Map<string, Asked>();
  spec.build(notingScope(asked));
  return asked;
};
const shapesOf = (asked: Map<string, Asked>, kind: Asked["kind"]): Record<string, readonly number[]> =>
  Object.fromEntries([...asked].filter(([, one]) => one.kind === kind).map(([name, { shape }]) => [name, shape]));

describe("the numbers of the specification (methods.md 2.2, 2.4)", () => {
  it("u-net: parameters and multiply-accumulates", () => {
    expect(uNet({ classes: 2 }).parameters).toBe(31_036_546);
    expect(uNet({ classes: 2, bias: true }).parameters).toBe(31_042_434);
    expect(uNet({ classes: 2 }).macs(128, 128)).toBe(12_024_020_992); // 12.024 G
    expect(uNet({ classes: 2 }).macs(256, 256)).toBe(48_096_083_968); // 48.096 G
  });

  it("mobile-u-net: parameters and multiply-accumulates", () => {
    expect(mobileUNet({ classes: 2 }).parameters).toBe(4_682_323);
    expect(mobileUNet({ classes: 3 }).parameters).toBe(4_682_327);
    expect(mobileUNet({ classes: 9 }).parameters).toBe(4_682_351);
    expect(mobileUNet({ classes: 2 }).macs(128, 128)).toBe(240_629_760);
    expect(mobileUNet({ classes: 2 }).macs(256, 256)).toBe(962_519_040);
  });
});

describe("counted by PyTorch from the maps that it made", () => {
  it.each(all.counts["u-net"])("u-net, $classes classes, $channels channels, $size", ({ classes, channels, size, parameters, macs }) => {
    const spec = uNet({ classes, inputChannels: channels });
    expect([spec.parameters, spec.macs(...size)]).toEqual([parameters, macs]);
  });
  it.each(all.counts["u-net with biases"])("u-net with biases, $classes classes, $channels channels, $size", (count) => {
    const spec = uNet({ classes: count.classes, inputChannels: count.channels, bias: true });
    expect([spec.parameters, spec.macs(...count.size)]).toEqual([count.parameters, count.macs]);
  });
  it.each(all.counts["mobile-u-net"])(
    "mobile-u-net, $classes classes, $channels channels, $size",
    ({ classes, channels, size, parameters, macs }) => {
      const spec = mobileUNet({ classes, inputChannels: channels });
      expect([spec.parameters, spec.macs(...size)]).toEqual([parameters, macs]);
    },
  );
});

describe.each([
  ["u-net", uNet({ width: 4, bias: true, inputChannels: 2, classes: 3 }), all["u-net"]],
  ["mobile-u-net", mobileUNet({ classes: 3 }), all["mobile-u-net"]],
] as const)("variables of %s", (_, spec, fixture) => {
  it("names and shapes are those of the fixture: keys of checkpoints do not change", () => {
    const asked = askedBy(spec);
    expect(shapesOf(asked, "variable")).toEqual(fixture.variables);
    expect(shapesOf(asked, "state")).toEqual(fixture.state);
  });

  it("as many numbers as the spec says", () => {
    const shapes = Object.values(shapesOf(askedBy(spec), "variable"));
    expect(shapes.reduce((sum, shape) => sum + shape.reduce((all, one) => all * one, 1), 0)).toBe(spec.parameters);
  });
});

describe("first values", () => {
  const deviation = (asked: Map<string, Asked>, name: string): number => {
    const initial = asked.get(name)!.initial;
    return typeof initial === "object" && "normal" in initial ? initial.normal : Number.NaN;
  };

  it("u-net: He-normal by fan in", () => {
    const asked = askedBy(uNet({ inputChannels: 3, classes: 2 }));
    expect(deviation(asked, "encoder/1/first/conv/kernel")).toBeCloseTo(Math.sqrt(2 / 27), 12);
    expect(deviation(asked, "decoder/8/up/kernel")).toBeCloseTo(Math.sqrt(2 / 1024), 12); // every output pixel meets one tap of the 2 × 2
    expect(deviation(asked, "decoder/8/fuse/first/conv/kernel")).toBeCloseTo(Math.sqrt(2 / 9216), 12);
    expect(deviation(asked, "head/kernel")).toBeCloseTo(Math.sqrt(2 / 64), 12);
    expect(asked.get("head/bias")!.initial).toBe("zeros");
  });

  it("mobile-u-net: He-normal by fan out", () => {
    const asked = askedBy(mobileUNet({ classes: 2 }));
    expect(deviation(asked, "encoder/2/stem/conv/kernel")).toBeCloseTo(Math.sqrt(2 / 288), 12);
    expect(deviation(asked, "encoder/4/residual1/depthwise/conv/kernel")).toBeCloseTo(Math.sqrt(2 / 864), 12);
    expect(deviation(asked, "bottleneck/widen/conv/kernel")).toBeCloseTo(Math.sqrt(2 / 1280), 12);
    expect(deviation(asked, "decoder/16/up/kernel")).toBeCloseTo(Math.sqrt(2 / 1536), 12);
    expect(deviation(asked, "head/classify/kernel")).toBe(1);
  });

  it("norms start as the identity", () => {
    const asked = askedBy(mobileUNet({ classes: 2 }));
    const norm = ["scale", "offset", "mean", "variance"].map((part) => asked.get(`encoder/2/stem/norm/${part}`)!.initial);
    expect(norm).toEqual(["ones", "zeros", "zeros", "ones"]);
  });
});

describe("what a spec says before anything runs", () => {
  /** All that is data, but for the costs that are tested above. */
  const said = (spec: NetworkSpec<string>) =>
    Object.fromEntries(Object.entries(spec).filter(([key, value]) => typeof value !== "function" && key !== "parameters"));

  it("u-net", () => {
    expect(said(uNet({ width: 8, classes: 5, inputChannels: 3 }))).toEqual({
      name: "u-net",
      options: { width: 8, bias: false },
      inputChannels: 3,
      classes: 5,
      multiple: 16,
      bottleneck: { stride: 16, channels: 128 },
      taps: {
        "encoder/1": { stride: 1, channels: 8 },
        "decoder/1": { stride: 1, channels: 8 },
        "encoder/2": { stride: 2, channels: 16 },
        "decoder/2": { stride: 2, channels: 16 },
        "encoder/4": { stride: 4, channels: 32 },
        "decoder/4": { stride: 4, channels: 32 },
        "encoder/8": { stride: 8, channels: 64 },
        "decoder/8": { stride: 8, channels: 64 },
      },
    });
  });

  it("mobile-u-net", () => {
    expect(said(mobileUNet({ classes: 2 }))).toEqual({
      name: "mobile-u-net",
      options: {},
      inputChannels: 1,
      classes: 2,
      multiple: 32,
      bottleneck: { stride: 32, channels: 1280 },
      taps: {
        "encoder/2": { stride: 2, channels: 16 },
        "decoder/2": { stride: 2, channels: 16 },
        "encoder/4": { stride: 4, channels: 24 },
        "decoder/4": { stride: 4, channels: 24 },
        "encoder/8": { stride: 8, channels: 32 },
        "decoder/8": { stride: 8, channels: 32 },
        "encoder/16": { stride: 16, channels: 96 },
        "decoder/16": { stride: 16, channels: 96 },
      },
    });
  });
});
