import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tidy } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { readSafetensors, writeSafetensors } from "@segdistill/core";
import type { NetworkSpec } from "@segdistill/core/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askedBy, fixedMap, fixedNumbers, fixedScope, newPass } from "../fixed-scope.js";
import { distance, readFixtures, type NetworkFixture } from "../fixtures.js";
import { transunet } from "../transunet.js";
import { publishedNames, readPublished, startingFrom, type NamesOf, type Values } from "./index.js";

interface Case extends Pick<NetworkFixture, "input"> {
  readonly taps: NetworkFixture["train"]["taps"];
  readonly bottleneck: NetworkFixture["train"]["bottleneck"];
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}
const fixture = readFixtures("published") as { readonly "resnet50 and vit": Case; readonly hybrid: Case };
const folder = mkdtempSync(join(tmpdir(), "segdistill-published-"));

beforeAll(async () => {
  await startEngine();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The numbers of published.py. */
function valuesOf(name: string, shape: readonly number[]): Float32Array {
  const area = shape.slice(1).reduce((all, one) => all * one, 1);
  const kind = shape.length === 2 || shape.length === 4 ? "kernel" : name.endsWith("running_var") ? "variance" : "other";
  const scale = shape.length === 1 && name.endsWith("weight");
  return Float32Array.from(fixedNumbers(name, shape), (u) =>
    kind === "kernel" ? u * Math.sqrt(3 / area) : kind === "variance" ? 1 + 0.5 * u : scale ? 1 + 0.25 * u : 0.25 * u,
  );
}

/** A published file as it would be read: written and read again. */
async function fileOf(tensors: Case["tensors"]): Promise<ReadonlyMap<string, Values>> {
  const path = join(folder, "weights.safetensors");
  await writeSafetensors(path, new Map(Object.entries(tensors).map(([name, shape]) => [name, { shape, data: valuesOf(name, shape) }])));
  const { tensors: found } = await readSafetensors(path);
  return new Map([...found].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]));
}

const shapesOf = (spec: NetworkSpec<string>): ReadonlyMap<string, readonly number[]> =>
  new Map([...askedBy(spec)].map(([name, { shape }]) => [name, shape]));

const isDecoder = (name: string): boolean => /^(decoder|head)\//.test(name);
const both: NamesOf = (ours) => publishedNames.resnet50(ours) ?? publishedNames.hybrid(ours);

describe.each([
  ["torchvision's ResNet and timm's ViT", "batch", fixture["resnet50 and vit"], both],
  ["timm's hybrid", "group", fixture.hybrid, publishedNames.hybrid],
] as const)("%s", (_, norm, given, names) => {
  const spec = transunet({ size: "small", norm, image: 80, inputChannels: 3, classes: 2 });

  it("gives the features that PyTorch has with the same file", async () => {
    const { values, unfilled, unused } = readPublished(await fileOf(given.tensors), names, shapesOf(spec));
    expect(unfilled.every(isDecoder)).toBe(true);
    expect([...values.keys()].some(isDecoder)).toBe(false);
    expect(unused).toEqual(["cls_token", "head.bias", "head.weight"]);
    const network = startingFrom(spec, { fingerprint: "f", read: () => values }).build(fixedScope());
    tidy(() => {
      const { taps, bottleneck } = network.encode(fixedMap("images", given.input), newPass("inference"));
      for (const [name, sample] of Object.entries(given.taps)) {
        expect(distance(taps[name as keyof typeof taps]!, sample), name).toBeLessThan(1e-4);
      }
      expect(distance(bottleneck, given.bottleneck)).toBeLessThan(1e-4);
    });
  });
});

describe("names", () => {
  it("the last blocks of the third stage are not in a ResNet-50, the patch embedding of a ViT is not asked for", () => {
    const shapes = [...shapesOf(transunet({ norm: "batch", classes: 2 })).keys()];
    const known = shapes.filter((name) => publishedNames.resnet50(name) !== undefined);
    expect(publishedNames.resnet50("bottleneck/block9/third/norm/variance")).toBe("layer3.8.bn3.running_var");
    expect(known.length).toBe(5 + 5 * (3 * 16 + 3)); // stem; 16 blocks of three and three shortcuts, a kernel and four vectors each
    expect(publishedNames.vit("bottleneck/embed/kernel")).toBeUndefined();
    expect(publishedNames.vit("bottleneck/layer12/mlp/narrow/bias")).toBe("blocks.11.mlp.fc2.bias");
    expect(publishedNames.vit("bottleneck/norm/offset")).toBe("norm.bias");
    expect(publishedNames.hybrid("encoder/8/block4/shortcut/conv/kernel")).toBe(
      "patch_embed.backbone.stages.1.blocks.3.downsample.conv.weight",
    );
  });

  it("q, k and v that lie apart are joined: Hugging Face's ViT gives what timm's gives", () => {
    const shapes = new Map([
      ["bottleneck/layer2/attention/heads/qkv/kernel", [4, 12]],
      ["bottleneck/layer2/attention/heads/qkv/bias", [12]],
    ]);
    const [kernel, bias] = [valuesOf("blocks.1.attn.qkv.weight", [12, 4]), valuesOf("blocks.1.attn.qkv.bias", [12])];
    const timm = new Map<string, Values>([
      ["blocks.1.attn.qkv.weight", { shape: [12, 4], data: kernel }],
      ["blocks.1.attn.qkv.bias", { shape: [12], data: bias }],
    ]);
    const apart = new Map<string, Values>(
      ["query", "key", "value"].flatMap((part, i) => [
        [`vit.encoder.layer.1.attention.attention.${part}.weight`, { shape: [4, 4], data: kernel.slice(16 * i, 16 * i + 16) }],
        [`vit.encoder.layer.1.attention.attention.${part}.bias`, { shape: [4], data: bias.slice(4 * i, 4 * i + 4) }],
      ]),
    );
    const found = readPublished(apart, publishedNames["vit-huggingface"], shapes);
    expect(found).toEqual({ ...readPublished(timm, publishedNames.vit, shapes), unused: [] });
    expect(found.values.get("bottleneck/layer2/attention/heads/qkv/kernel")!.data[12 + 5]).toBe(kernel[5 * 4 + 1]); // [1, 5] of ours is [5, 1] of theirs
  });
});

describe("layouts, by hand", () => {
  const read = (shape: readonly number[], data: readonly number[], ours: readonly number[]): Float32Array =>
    readPublished(new Map([["t", { shape, data: Float32Array.from(data) }]]), () => "t", new Map([["o", ours]])).values.get("o")!.data;

  it("a kernel; one input channel takes the sum over three", () => {
    // [out 1, in 2, 1, 2] → [1, 2, in 2, out 1]
    expect([...read([1, 2, 1, 2], [1, 2, 3, 4], [1, 2, 2, 1])]).toEqual([1, 3, 2, 4]);
    expect([...read([2, 3, 1, 1], [1, 2, 3, 4, 5, 6], [1, 1, 1, 2])]).toEqual([6, 15]);
  });

  it("positions: the class token goes, half-pixel centres", () => {
    // class token, then [[0, 4], [8, 12]]; 1 × 4 of them: the mean of both rows, 4 and 8, at −1/4 → 0, 1/4, 3/4, 1
    expect([...read([1, 5, 1], [99, 0, 4, 8, 12], [1, 4, 1])]).toEqual([4, 5, 7, 8]);
    expect([...read([1, 4, 1], [0, 4, 8, 12], [2, 2, 1])]).toEqual([0, 4, 8, 12]);
  });

  it.each([
    [
      [3, 2],
      [3, 2],
    ],
    [
      [1, 3, 1, 1],
      [1, 1, 3, 2],
    ],
    [
      [1, 7, 4],
      [2, 2, 4],
    ],
    [[4], [5]],
  ])("%o cannot become %o", (shape, ours) => {
    const size = shape.reduce((all, one) => all * one, 1);
    expect(() =>
      read(
        shape,
        Array.from({ length: size }, () => 0),
        ours,
      ),
    ).toThrow(
      `[published weights] "t" has shape [${shape.join(", ")}], which cannot become [${ours.join(", ")}] of "o". Take the weights that fit size and norm of the network.`,
    );
  });
});

it("a start that is not the network's is refused, and is part of what the network is", () => {
  const spec = transunet({ size: "small", classes: 2 });
  const start = (name: string, shape: number[]) =>
    startingFrom(spec, { fingerprint: "f", read: () => new Map([[name, { shape, data: new Float32Array(shape[0]!) }]]) });
  expect(start("head/classify/bias", [2]).options).toEqual({ of: spec.options, start: "f" });
  expect(() => start("head/bias", [2]).build(fixedScope())).toThrow('"head/bias" has shape [2], which cannot become [] of "head/bias"');
});
