import { describe, expect, it } from "vitest";
import { fanet } from "./fanet.js";
import { notingScope, type Asked } from "./fixed-scope.js";
import { readFixtures, type Count, type NetworkFixture } from "./fixtures.js";

// No engine is started here: whatever counts must not need one. What it answers is held to PyTorch in networks.test.ts.
const { counts, fanet: fixture } = readFixtures("fanet") as { readonly counts: readonly Count[]; readonly fanet: NetworkFixture };

describe("costs", () => {
  it("parameters are those of methods.md 2.1, exactly", () => {
    expect(fanet({ classes: 2 }).parameters).toBe(38_292_290);
    expect(fanet({ classes: 3 }).parameters).toBe(38_292_290 + 65);
  });

  it("multiply-accumulates are those of methods.md 2.1, within 2 %", () => {
    expect(Math.abs(fanet({ classes: 2 }).macs(128, 128) / 41.1e9 - 1)).toBeLessThan(0.02);
    expect(Math.abs(fanet({ classes: 2 }).macs(256, 256) / 164.2e9 - 1)).toBeLessThan(0.02);
  });

  it.each(counts)(
    "as PyTorch counts them: $classes classes, $channels channels, $size",
    ({ classes, channels, size, parameters, macs }) => {
      const spec = fanet({ classes, inputChannels: channels });
      expect([spec.parameters, spec.macs(...size)]).toEqual([parameters, macs]);
    },
  );
});

describe("variables", () => {
  const asked = new Map<string, Asked>();
  const spec = fanet({ width: 4, inputChannels: 2, classes: 3 });
  spec.build(notingScope(asked));
  const shapesOf = (kind: Asked["kind"]) =>
    Object.fromEntries([...asked].filter(([, one]) => one.kind === kind).map(([name, { shape }]) => [name, shape]));

  it("names and shapes are those of the fixture: keys of checkpoints do not change", () => {
    expect(shapesOf("variable")).toEqual(fixture.variables);
    expect(shapesOf("state")).toEqual(fixture.state);
  });

  it("start Xavier-uniform, biases from 0", () => {
    const bound = (name: string): number => {
      const initial = asked.get(name)!.initial;
      return typeof initial === "object" && "uniform" in initial ? initial.uniform : Number.NaN;
    };
    expect(bound("encoder/1/first/unit/wide/conv/kernel")).toBeCloseTo(Math.sqrt(6 / (25 * 8)), 12); // 5 × 5, 4 to 4
    expect(bound("encoder/2/stage/first/enter/conv/kernel")).toBeCloseTo(Math.sqrt(6 / 12), 12); // 1 × 1, 4 to 8
    expect(bound("decoder/1/up/kernel")).toBeCloseTo(Math.sqrt(6 / (8 + 16)), 12); // 2 × 2, 8 to 4: one tap meets in a pixel
    expect(bound("decoder/1/fuse/attention/far/row/conv/kernel")).toBeCloseTo(Math.sqrt(6 / 24), 12); // 1 × 3, 4 to 4
    expect(bound("head/classify/kernel")).toBeCloseTo(Math.sqrt(6 / 7), 12);
    for (const [name, { initial }] of asked) if (name.endsWith("/bias")) expect(initial).toBe("zeros");
  });
});

it("says what it is before anything runs", () => {
  const data = Object.entries(fanet({ width: 8, classes: 5, inputChannels: 3 })).filter(([, value]) => typeof value !== "function");
  expect(Object.fromEntries(data.filter(([key]) => key !== "parameters"))).toEqual({
    name: "fanet",
    options: { width: 8 },
    inputChannels: 3,
    classes: 5,
    multiple: 8,
    bottleneck: { stride: 8, channels: 64 },
    taps: {
      "encoder/1": { stride: 1, channels: 8 },
      "up/1": { stride: 1, channels: 8 },
      "decoder/1": { stride: 1, channels: 8 },
      "encoder/2": { stride: 2, channels: 16 },
      "up/2": { stride: 2, channels: 16 },
      "decoder/2": { stride: 2, channels: 16 },
      "encoder/4": { stride: 4, channels: 32 },
      "up/4": { stride: 4, channels: 32 },
      "decoder/4": { stride: 4, channels: 32 },
    },
  });
});

it("refuses a width that has no half", () => {
  expect(() => fanet({ width: 5, classes: 2 })).toThrow(
    "[fanet] width / 2 is 2.5. Expected a whole number, 1 or more. 64 is the published width; the smallest is 2.",
  );
});
