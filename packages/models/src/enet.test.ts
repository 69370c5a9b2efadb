import { mul, tidy } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, it } from "vitest";
import { calmScope } from "./calm-scope.js";
import { enet } from "./enet.js";
import { fixedMap, newPass, notingScope, type Asked } from "./fixed-scope.js";
import { distance, readFixtures, type Count, type NetworkFixture, type Wide } from "./fixtures.js";

// Answers on a small picture, gradients and statistics are held to PyTorch in networks.test.ts.
const { counts, enet: fixture } = readFixtures("enet_erfnet") as {
  readonly counts: { readonly enet: readonly Count[] };
  readonly enet: NetworkFixture & { readonly wide: Wide };
};

describe("costs, without an engine", () => {
  it("are those of methods.md 2.5", () => {
    expect(enet({ classes: 2 }).parameters).toBe(348_996);
    expect(enet({ classes: 3 }).parameters).toBe(348_996 + 144);
    expect(enet({ classes: 2 }).macs(128, 128)).toBe(115_257_344);
    expect(enet({ classes: 2 }).macs(256, 256)).toBe(461_029_376);
  });

  it.each(counts.enet)("as PyTorch counts them: $classes classes, $channels channels, $size", (count) => {
    const spec = enet({ classes: count.classes, inputChannels: count.channels });
    expect([spec.parameters, spec.macs(...count.size)]).toEqual([count.parameters, count.macs]);
  });
});

describe("variables", () => {
  const asked = new Map<string, Asked>();
  enet({ inputChannels: 3, classes: 3 }).build(notingScope(asked));
  const shapesOf = (kind: Asked["kind"]) =>
    Object.fromEntries([...asked].filter(([, one]) => one.kind === kind).map(([name, { shape }]) => [name, shape]));

  it("names and shapes are those of the fixture: keys of checkpoints do not change", () => {
    expect(shapesOf("variable")).toEqual(fixture.variables);
    expect(shapesOf("state")).toEqual(fixture.state);
  });

  it("start He-normal by fan in, slopes from 0.25; no convolution has a bias", () => {
    const initial = (name: string): unknown => asked.get(name)!.initial;
    expect(initial("encoder/2/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 27) }); // 3 × 3 of 3
    expect(initial("encoder/4/down/reduce/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 64) }); // 2 × 2 of 16
    expect(initial("bottleneck/block3/rows/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 160) }); // 5 × 1 of 32
    expect(initial("head/kernel")).toEqual({ normal: Math.sqrt(2 / 36) }); // 9 / 4 of 16
    expect(initial("encoder/2/act/slope")).toEqual({ constant: 0.25 });
    expect([...asked.keys()].filter((name) => name.endsWith("/bias"))).toEqual([]);
    expect([...asked.keys()].filter((name) => name.startsWith("decoder/") && name.endsWith("/slope"))).toEqual([]);
  });
});

it("says what it is before anything runs", () => {
  const data = Object.entries(enet({ classes: 5 })).filter(([, value]) => typeof value !== "function");
  expect(Object.fromEntries(data.filter(([key]) => key !== "parameters"))).toEqual({
    name: "enet",
    options: {},
    inputChannels: 1,
    classes: 5,
    multiple: 8,
    bottleneck: { stride: 8, channels: 128 },
    taps: {
      "encoder/2": { stride: 2, channels: 16 },
      "decoder/2": { stride: 2, channels: 16 },
      "encoder/4": { stride: 4, channels: 64 },
      "decoder/4": { stride: 4, channels: 64 },
    },
  });
});

describe("on the engine", () => {
  beforeAll(async () => {
    await startEngine();
  });

  it("a picture on which the widest dilation finds something: logits are PyTorch's", () => {
    const network = enet({ inputChannels: 3, classes: 3 }).build(calmScope());
    tidy(() => {
      const pass = newPass("inference");
      const encoding = network.encode(fixedMap("images", fixture.wide.input), pass);
      expect(encoding.bottleneck.shape).toEqual([1, 18, 19, 128]);
      expect(distance(network.decode(encoding, pass).logits, fixture.wide.logits)).toBeLessThan(1e-4);
    });
  });

  it("the skips are the encoder's taps, and nothing but the places of their maxima is read", () => {
    const network = enet({ classes: 2 }).build(calmScope());
    tidy(() => {
      const pass = newPass("inference");
      const { taps, ...encoding } = network.encode(fixedMap("images", [2, 16, 24, 1]), pass);
      const { logits } = network.decode(encoding, pass);
      expect(encoding.skips.map(({ shape }) => shape)).toEqual([taps["encoder/2"]!.shape, taps["encoder/4"]!.shape]);
      // powers of two keep every order
      const scaled = network.decode({ ...encoding, skips: encoding.skips.map((skip) => mul(skip, 4)) }, pass).logits;
      expect(scaled.dataSync()).toEqual(logits.dataSync());
      const turned = network.decode({ ...encoding, skips: encoding.skips.map((skip) => mul(skip, -1)) }, pass).logits;
      expect(turned.dataSync()).not.toEqual(logits.dataSync());
    });
  });

  it("dropout follows the pass's noise", () => {
    const network = enet({ classes: 2 }).build(calmScope());
    tidy(() => {
      const images = fixedMap("images", [2, 16, 24, 1]);
      const answer = (shift: number): unknown => {
        const { noise, ...rest } = newPass("train", "still");
        const pass = {
          ...rest,
          noise: { ...noise, uniform: (site: string, shape: readonly number[]) => noise.uniform(site + "x".repeat(shift), shape) },
        };
        return network.decode(network.encode(images, pass), pass).logits.dataSync();
      };
      expect(answer(0)).toEqual(answer(0));
      expect(answer(1)).not.toEqual(answer(0));
    });
  });
});
