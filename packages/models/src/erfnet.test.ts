import { tidy } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, it } from "vitest";
import { calmScope } from "./calm-scope.js";
import { erfnet } from "./erfnet.js";
import { fixedMap, newPass, notingScope, type Asked } from "./fixed-scope.js";
import { distance, readFixtures, type Count, type NetworkFixture, type Wide } from "./fixtures.js";

// Answers on a small picture, gradients and statistics are held to PyTorch in networks.test.ts.
const { counts, erfnet: fixture } = readFixtures("enet_erfnet") as {
  readonly counts: { readonly erfnet: readonly Count[] };
  readonly erfnet: NetworkFixture & { readonly wide: Wide };
};

describe("costs, without an engine", () => {
  it("are those of methods.md 2.6", () => {
    expect(erfnet({ classes: 2 }).parameters).toBe(2_062_872);
    expect(erfnet({ classes: 3 }).parameters).toBe(2_062_872 + 65);
    expect(erfnet({ classes: 2 }).macs(128, 128)).toBe(826_044_416);
    expect(erfnet({ classes: 2 }).macs(256, 256)).toBe(3_304_177_664);
  });

  it.each(counts.erfnet)("as PyTorch counts them: $classes classes, $channels channels, $size", (count) => {
    const spec = erfnet({ classes: count.classes, inputChannels: count.channels });
    expect([spec.parameters, spec.macs(...count.size)]).toEqual([count.parameters, count.macs]);
  });
});

describe("variables", () => {
  const asked = new Map<string, Asked>();
  erfnet({ inputChannels: 2, classes: 3 }).build(notingScope(asked));
  const shapesOf = (kind: Asked["kind"]) =>
    Object.fromEntries([...asked].filter(([, one]) => one.kind === kind).map(([name, { shape }]) => [name, shape]));

  it("names and shapes are those of the fixture: keys of checkpoints do not change", () => {
    expect(shapesOf("variable")).toEqual(fixture.variables);
    expect(shapesOf("state")).toEqual(fixture.state);
  });

  it("start He-normal by fan in, biases from 0", () => {
    const initial = (name: string): unknown => asked.get(name)!.initial;
    expect(initial("encoder/2/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 18) }); // 3 × 3 of 2
    expect(initial("bottleneck/block6/rows2/kernel")).toEqual({ normal: Math.sqrt(2 / 384) }); // 3 × 1 of 128
    expect(initial("decoder/2/up/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 144) }); // 9 / 4 of 64
    expect(initial("head/kernel")).toEqual({ normal: Math.sqrt(2 / 16) }); // one tap of 2 × 2 meets in a pixel
    const kernels = [...asked.keys()].filter((name) => name.endsWith("/kernel"));
    for (const name of kernels) expect(initial(name.replace(/kernel$/, "bias"))).toBe("zeros");
  });
});

it("says what it is before anything runs", () => {
  const data = Object.entries(erfnet({ classes: 5 })).filter(([, value]) => typeof value !== "function");
  expect(Object.fromEntries(data.filter(([key]) => key !== "parameters"))).toEqual({
    name: "erfnet",
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
    const network = erfnet({ inputChannels: 2, classes: 3 }).build(calmScope());
    tidy(() => {
      const pass = newPass("inference");
      const encoding = network.encode(fixedMap("images", fixture.wide.input), pass);
      expect(encoding.bottleneck.shape).toEqual([1, 18, 19, 128]);
      expect(distance(network.decode(encoding, pass).logits, fixture.wide.logits)).toBeLessThan(1e-4);
    });
  });

  it("no skip is needed: the bottleneck alone is decoded", () => {
    const network = erfnet({ classes: 2 }).build(calmScope());
    tidy(() => {
      const pass = newPass("inference");
      const { skips, bottleneck } = network.encode(fixedMap("images", [2, 16, 24, 1]), pass);
      expect(skips).toEqual([]);
      expect(network.decode({ bottleneck, skips: [] }, pass).logits.shape).toEqual([2, 16, 24, 2]);
    });
  });

  it("the encoder's tap comes before the blocks at its resolution", () => {
    const network = erfnet({ classes: 2 }).build(calmScope());
    tidy(() => {
      const images = fixedMap("images", [2, 16, 24, 1]);
      const tap = (): unknown => network.encode(images, newPass("inference")).taps["encoder/4"]!.dataSync();
      const before = tap();
      network.variables["bottleneck/block1/rows1/kernel"]!.assign(fixedMap("other", [3, 1, 64, 64]));
      expect(tap()).toEqual(before);
    });
  });

  it("dropout follows the pass's noise", () => {
    const network = erfnet({ classes: 2 }).build(calmScope());
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
