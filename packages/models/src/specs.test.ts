import type { MapShape, NetworkSpec } from "@segdistill/core/contract";
import { describe, expect, it } from "vitest";
import { enet } from "./enet.js";
import type { CountedSpec } from "./encoder-decoder.js";
import { erfnet } from "./erfnet.js";
import { fanet } from "./fanet.js";
import { askedBy, shapesOf, type Asked } from "./fixed-scope.js";
import { fixtures, readFixtures, type Count, type NetworkFixture } from "./fixtures.js";
import { mobileUNet } from "./mobile-u-net.js";
import { transunet } from "./transunet.js";
import { uNet } from "./u-net.js";

// No engine is started here: whatever counts must not need one. What the networks answer is held to PyTorch in networks.test.ts.
interface Form extends Count {
  readonly network: "base" | "small";
  readonly norm: "group" | "batch";
}
const all = fixtures();
const both = readFixtures("enet_erfnet") as {
  readonly counts: { readonly enet: readonly Count[]; readonly erfnet: readonly Count[] };
  readonly enet: NetworkFixture;
  readonly erfnet: NetworkFixture;
};
const ofFANet = readFixtures("fanet") as { readonly counts: readonly Count[]; readonly fanet: NetworkFixture };
const ofTransunet = readFixtures("transunet") as {
  readonly counts: readonly Form[];
  readonly group: NetworkFixture;
  readonly batch: NetworkFixture;
};

describe("the numbers of the specification (methods.md 2.1 to 2.6)", () => {
  const byClasses: [string, (classes: number) => CountedSpec<string>, Readonly<Record<number, number>>][] = [
    ["fanet", (classes) => fanet({ classes }), { 2: 38_292_290, 3: 38_292_290 + 65 }],
    ["u-net", (classes) => uNet({ classes }), { 2: 31_036_546, 3: 31_036_546 + 65 }],
    ["u-net with biases", (classes) => uNet({ classes, bias: true }), { 2: 31_042_434 }],
    ["transunet", (classes) => transunet({ classes }), { 2: 105_269_794, 3: 105_269_794 + 9 * 16 + 1 }],
    ["mobile-u-net", (classes) => mobileUNet({ classes }), { 2: 4_682_323, 3: 4_682_327, 9: 4_682_351 }],
    ["enet", (classes) => enet({ classes }), { 2: 348_996, 3: 348_996 + 144 }],
    ["erfnet", (classes) => erfnet({ classes }), { 2: 2_062_872, 3: 2_062_872 + 65 }],
  ];
  it.each(byClasses)("parameters of %s", (_, spec, expected) => {
    const found = Object.keys(expected).map((classes) => [classes, spec(Number(classes)).parameters]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it("those of transunet are the quoted 105.3 M, within 0.5 %", () => {
    expect(Math.abs(transunet({ classes: 2 }).parameters / 105.3e6 - 1)).toBeLessThan(0.005);
  });

  it.each([
    ["u-net", uNet({ classes: 2 }), 12_024_020_992, 48_096_083_968], // 12.024 G, 48.096 G
    ["mobile-u-net", mobileUNet({ classes: 2 }), 240_629_760, 962_519_040],
    ["enet", enet({ classes: 2 }), 115_257_344, 461_029_376],
    ["erfnet", erfnet({ classes: 2 }), 826_044_416, 3_304_177_664],
  ])("multiply-accumulates of %s", (_, spec, at128, at256) => {
    expect([spec.macs(128, 128), spec.macs(256, 256)]).toEqual([at128, at256]);
  });

  it("multiply-accumulates of fanet, within 2 %", () => {
    expect(Math.abs(fanet({ classes: 2 }).macs(128, 128) / 41.1e9 - 1)).toBeLessThan(0.02);
    expect(Math.abs(fanet({ classes: 2 }).macs(256, 256) / 164.2e9 - 1)).toBeLessThan(0.02);
  });

  it("attention grows with the square of the positions, all else with the positions", () => {
    const spec = transunet({ classes: 2 });
    // 12 layers, two products of 768 for each of 16 · 16 or 32 · 16 positions squared
    expect(spec.macs(512, 256) - 2 * spec.macs(256, 256)).toBe(12 * 2 * 768 * (512 ** 2 - 2 * 256 ** 2));
  });
});

type Frame = Pick<NetworkSpec<string>, "inputChannels" | "classes">;
const counted: [string, (frame: Frame) => CountedSpec<string>, readonly Count[]][] = [
  ["fanet", fanet, ofFANet.counts],
  ["u-net", uNet, all.counts["u-net"]],
  ["u-net with biases", (frame) => uNet({ ...frame, bias: true }), all.counts["u-net with biases"]],
  ["mobile-u-net", mobileUNet, all.counts["mobile-u-net"]],
  ["enet", enet, both.counts.enet],
  ["erfnet", erfnet, both.counts.erfnet],
  ...ofTransunet.counts.map((count): (typeof counted)[number] => [
    `transunet ${count.network} with ${count.norm} norm`,
    (frame) => transunet({ ...frame, size: count.network, norm: count.norm }),
    [count],
  ]),
];

describe.each(counted)("%s, counted by PyTorch from the maps that it made", (_, spec, counts) => {
  it.each(counts)("$classes classes, $channels channels, $size", ({ classes, channels, size, parameters, macs }) => {
    const { parameters: found, macs: work } = spec({ classes, inputChannels: channels });
    expect([found, work(...size)]).toEqual([parameters, macs]);
  });
});

describe.each<[string, CountedSpec<string>, NetworkFixture]>([
  ["fanet", fanet({ width: 4, inputChannels: 2, classes: 3 }), ofFANet.fanet],
  ["u-net", uNet({ width: 4, bias: true, inputChannels: 2, classes: 3 }), all["u-net"]],
  ["mobile-u-net", mobileUNet({ classes: 3 }), all["mobile-u-net"]],
  ["enet", enet({ inputChannels: 3, classes: 3 }), both.enet],
  ["erfnet", erfnet({ inputChannels: 2, classes: 3 }), both.erfnet],
  ["transunet, group norm", transunet({ size: "small", inputChannels: 2, classes: 3 }), ofTransunet.group],
  ["transunet, batch norm", transunet({ size: "small", norm: "batch", image: 64, classes: 2 }), ofTransunet.batch],
])("variables of %s", (_, spec, fixture) => {
  const asked = askedBy(spec);

  it("names and shapes are those of the fixture: keys of checkpoints do not change", () => {
    expect(shapesOf(asked, "variable")).toEqual(fixture.variables);
    expect(shapesOf(asked, "state")).toEqual(fixture.state);
  });

  it("as many numbers as the spec says", () => {
    const shapes = Object.values(shapesOf(asked, "variable"));
    expect(shapes.reduce((sum, shape) => sum + shape.reduce((n, one) => n * one, 1), 0)).toBe(spec.parameters);
  });
});

describe("first values", () => {
  const initialOf =
    (spec: NetworkSpec<string>) =>
    (name: string): Asked["initial"] =>
      askedBy(spec).get(name)!.initial;
  const biasesOf = (spec: NetworkSpec<string>): string[] => [...askedBy(spec).keys()].filter((name) => name.endsWith("/bias"));

  it("u-net: He-normal by fan in", () => {
    const initial = initialOf(uNet({ inputChannels: 3, classes: 2 }));
    expect(initial("encoder/1/first/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 27) });
    expect(initial("decoder/8/up/kernel")).toEqual({ normal: Math.sqrt(2 / 1024) }); // every output pixel meets one tap of the 2 × 2
    expect(initial("decoder/8/fuse/first/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 9216) });
    expect(initial("head/kernel")).toEqual({ normal: Math.sqrt(2 / 64) });
  });

  it("mobile-u-net: He-normal by fan out", () => {
    const initial = initialOf(mobileUNet({ classes: 2 }));
    expect(initial("encoder/2/stem/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 288) });
    expect(initial("encoder/4/residual1/depthwise/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 864) });
    expect(initial("bottleneck/widen/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 1280) });
    expect(initial("decoder/16/up/kernel")).toEqual({ normal: Math.sqrt(2 / 1536) });
    expect(initial("head/classify/kernel")).toEqual({ normal: 1 });
  });

  it("fanet: Xavier-uniform", () => {
    const initial = initialOf(fanet({ width: 4, inputChannels: 2, classes: 3 }));
    expect(initial("encoder/1/first/unit/wide/conv/kernel")).toEqual({ uniform: Math.sqrt(6 / (25 * 8)) }); // 5 × 5, 4 to 4
    expect(initial("encoder/2/stage/first/enter/conv/kernel")).toEqual({ uniform: Math.sqrt(6 / 12) }); // 1 × 1, 4 to 8
    expect(initial("decoder/1/up/kernel")).toEqual({ uniform: Math.sqrt(6 / (8 + 16)) }); // 2 × 2, 8 to 4: one tap meets in a pixel
    expect(initial("decoder/1/fuse/attention/far/row/conv/kernel")).toEqual({ uniform: Math.sqrt(6 / 24) }); // 1 × 3, 4 to 4
    expect(initial("head/classify/kernel")).toEqual({ uniform: Math.sqrt(6 / 7) });
  });

  it("enet: He-normal by fan in, slopes from 0.25 in the encoder alone; no convolution has a bias", () => {
    const spec = enet({ inputChannels: 3, classes: 3 });
    const initial = initialOf(spec);
    expect(initial("encoder/2/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 27) }); // 3 × 3 of 3
    expect(initial("encoder/4/down/reduce/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 64) }); // 2 × 2 of 16
    expect(initial("bottleneck/block3/rows/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 160) }); // 5 × 1 of 32
    expect(initial("head/kernel")).toEqual({ normal: Math.sqrt(2 / 36) }); // 9 / 4 of 16
    expect(initial("encoder/2/act/slope")).toEqual({ constant: 0.25 });
    expect([...askedBy(spec).keys()].filter((name) => name.startsWith("decoder/") && name.endsWith("/slope"))).toEqual([]);
    expect(biasesOf(spec)).toEqual([]);
  });

  it("erfnet: He-normal by fan in; every convolution has a bias", () => {
    const spec = erfnet({ inputChannels: 2, classes: 3 });
    const initial = initialOf(spec);
    expect(initial("encoder/2/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 18) }); // 3 × 3 of 2
    expect(initial("bottleneck/block6/rows2/kernel")).toEqual({ normal: Math.sqrt(2 / 384) }); // 3 × 1 of 128
    expect(initial("decoder/2/up/conv/kernel")).toEqual({ normal: Math.sqrt(2 / 144) }); // 9 / 4 of 64
    expect(initial("head/kernel")).toEqual({ normal: Math.sqrt(2 / 16) }); // one tap of 2 × 2 meets in a pixel
    const kernels = [...askedBy(spec).keys()].filter((name) => name.endsWith("/kernel"));
    expect(biasesOf(spec)).toEqual(kernels.map((name) => name.replace(/kernel$/, "bias")));
  });

  it("transunet: He-normal by fan out in the ResNet, Xavier-uniform in the matrices, positions normal", () => {
    const initial = initialOf(transunet({ classes: 2 }));
    expect(initial("encoder/4/block1/second/conv/kernel")).toEqual({ normal: Math.sqrt(2 / (9 * 64)) });
    expect(initial("bottleneck/layer12/attention/heads/qkv/kernel")).toEqual({ uniform: Math.sqrt(6 / (768 + 2304)) });
    expect(initial("bottleneck/positions/grid")).toEqual({ normal: 0.02 });
  });

  it.each([
    ["fanet", fanet],
    ["u-net", uNet],
    ["mobile-u-net", mobileUNet],
    ["enet", enet],
    ["erfnet", erfnet],
    ["transunet", transunet],
  ])("%s: biases from 0, norms as the identity", (_, network) => {
    const expected: Readonly<Record<string, Asked["initial"]>> = {
      bias: "zeros",
      scale: "ones",
      offset: "zeros",
      mean: "zeros",
      variance: "ones",
    };
    const parts = new Set<string>();
    for (const [name, { initial }] of askedBy(network({ classes: 2 }))) {
      const part = name.slice(name.lastIndexOf("/") + 1);
      if (!(part in expected)) continue;
      parts.add(part);
      expect(initial, name).toBe(expected[part]);
    }
    expect([...parts]).toEqual(expect.arrayContaining(["scale", "offset"]));
  });
});

/** One shape for the encoder's and the decoder's tap of a stride, or two; `up` where the map before the concat is one too. */
const taps = (channels: Readonly<Record<number, number | readonly [number, number]>>, ways = ["encoder", "decoder"]) =>
  Object.fromEntries(
    Object.entries(channels).flatMap(([stride, of]) =>
      ways.map((way): [string, MapShape] => [
        `${way}/${stride}`,
        { stride: Number(stride), channels: typeof of === "number" ? of : of[way === "encoder" ? 0 : 1] },
      ]),
    ),
  );

it.each<[CountedSpec<string>, object]>([
  [
    uNet({ width: 8, classes: 5, inputChannels: 3 }),
    {
      name: "u-net",
      options: { width: 8, bias: false },
      inputChannels: 3,
      classes: 5,
      multiple: 16,
      bottleneck: { stride: 16, channels: 128 },
      taps: taps({ 1: 8, 2: 16, 4: 32, 8: 64 }),
    },
  ],
  [
    mobileUNet({ classes: 2 }),
    {
      name: "mobile-u-net",
      options: {},
      inputChannels: 1,
      classes: 2,
      multiple: 32,
      bottleneck: { stride: 32, channels: 1280 },
      taps: taps({ 2: 16, 4: 24, 8: 32, 16: 96 }),
    },
  ],
  [
    fanet({ width: 8, classes: 5, inputChannels: 3 }),
    {
      name: "fanet",
      options: { width: 8 },
      inputChannels: 3,
      classes: 5,
      multiple: 8,
      bottleneck: { stride: 8, channels: 64 },
      taps: taps({ 1: 8, 2: 16, 4: 32 }, ["encoder", "up", "decoder"]),
    },
  ],
  ...[enet, erfnet].map((network): [CountedSpec<string>, object] => [
    network({ classes: 5 }),
    {
      name: network.name,
      options: {},
      inputChannels: 1,
      classes: 5,
      multiple: 8,
      bottleneck: { stride: 8, channels: 128 },
      taps: taps({ 2: 16, 4: 64 }),
    },
  ]),
  [
    transunet({ classes: 2, inputChannels: 3 }),
    {
      name: "transunet",
      options: { size: "base", norm: "group", image: 224 },
      inputChannels: 3,
      classes: 2,
      multiple: 16,
      bottleneck: { stride: 16, channels: 768 },
      taps: taps({ 2: 64, 4: [256, 128], 8: [512, 256] }),
    },
  ],
])("$name says what it is before anything runs", (spec, said) => {
  // all that is data, but for the costs that are tested above
  const data = Object.entries(spec).filter(([key, value]) => typeof value !== "function" && key !== "parameters");
  expect(Object.fromEntries(data)).toEqual(said);
});

it("the taps and bottlenecks that the methods read are those of methods.md 2.8", () => {
  const read = (spec: CountedSpec<string>, shallow = "encoder/4", depth = "decoder/4") =>
    [spec.taps[shallow], spec.taps[depth], spec.bottleneck].map((shape) => [shape!.channels, shape!.stride]);
  expect(read(fanet({ classes: 2 }), "encoder/4", "up/4")).toEqual([[256, 4], [256, 4], [512, 8]]); // prettier-ignore
  expect(read(mobileUNet({ classes: 2 }))).toEqual([[24, 4], [24, 4], [1280, 32]]); // prettier-ignore
  expect(read(enet({ classes: 2 }))).toEqual([[64, 4], [64, 4], [128, 8]]); // prettier-ignore
  expect(read(erfnet({ classes: 2 }))).toEqual([[64, 4], [64, 4], [128, 8]]); // prettier-ignore
  expect(read(uNet({ classes: 2 }))).toEqual([[256, 4], [256, 4], [1024, 16]]); // prettier-ignore
  expect(read(transunet({ classes: 2 }))).toEqual([[256, 4], [128, 4], [768, 16]]); // prettier-ignore
});
