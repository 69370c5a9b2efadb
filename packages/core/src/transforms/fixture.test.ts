import { readFileSync } from "node:fs";
import { cast, oneHot, stack, tensor, tidy, type Tensor, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, test } from "vitest";
import type { Picture, Transform } from "../contract/index.js";
import { heldNoise } from "./held-noise.js";
import { asOne, blur, brightness, contrast, elastic, gamma, rotate, scale } from "./index.js";

/** What SciPy and PyTorch give for the parameters written beside it: fixtures/augment.py. */
interface Fixture {
  readonly height: number;
  readonly width: number;
  readonly picture: string;
  readonly label: string;
  readonly valid: string;
  readonly wide: string;
  readonly warps: readonly {
    readonly name: "rotate" | "shrink" | "enlarge" | "elastic" | "all";
    readonly height: number;
    readonly degrees: number;
    readonly factor: number;
    readonly deviation?: number;
    readonly spacing?: number;
    readonly control?: string;
    readonly image: string;
    readonly label: string;
    readonly valid: string;
    readonly tie: string;
  }[];
  readonly appearance: readonly {
    readonly name: "brightness" | "contrast" | "gamma" | "blur";
    readonly parameter: number;
    readonly image: string;
  }[];
}
const fixture = JSON.parse(readFileSync(new URL("fixtures/augment.json", import.meta.url), "utf8")) as Fixture;
const bytes = (code: string): Uint8Array => Uint8Array.from(Buffer.from(code, "base64"));
const floats = (code: string): Float32Array => new Float32Array(bytes(code).buffer);
const { height, width } = fixture;

/** Twice the fixture's picture: the first image is left as it is, the second gets the parameters. */
function twice(image: string): Picture {
  const both = (one: Tensor): Tensor => stack([one, one]);
  return {
    images: both(tensor(floats(image), [height, width, 1])) as Tensor4D,
    labels: both(cast(oneHot(tensor(bytes(fixture.label), [height, width], "int32"), 3), "float32")) as Tensor4D,
    valid: both(tensor(Float32Array.from(bytes(fixture.valid)), [height, width])) as Tensor3D,
  };
}
const second = (t: Tensor): number[] => [...t.dataSync()].slice(t.size / 2);
const first = (t: Tensor): number[] => [...t.dataSync()].slice(0, t.size / 2);
const apart = (a: readonly number[], b: ArrayLike<number>): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

beforeAll(async () => {
  await startEngine();
});

const angle = (degrees: number) => [[0.6, 0], [0.4, (degrees / 180 + 1) / 2]]; // prettier-ignore
const factor = (f: number, from: number, to: number) => [[0.6, 0], [0.4, Math.log(f / from) / Math.log(to / from)]]; // prettier-ignore

describe("equal to SciPy and PyTorch with the same parameters, the other image of the batch untouched", () => {
  test.each(fixture.warps.filter((warp) => warp.height === height))("$name", (warp) => {
    const control = warp.control === undefined ? [] : [...floats(warp.control)];
    const turn = rotate({ degrees: 180, probability: 0.5 });
    const zoom = scale({ from: 0.5, to: 2, probability: 0.5 });
    const bend = elastic({ deviation: warp.deviation ?? 0, spacing: warp.spacing ?? 4, probability: 0.5 });
    const sites = {
      rotate: { draw: angle(warp.degrees) },
      scale: { draw: factor(warp.factor, 0.5, 2) },
      elastic: { draw: [[0.6], [0.4]], control: [control, control] },
    };
    const cases: Record<typeof warp.name, readonly [Transform, Readonly<Record<string, number[][]>>]> = {
      rotate: [turn, sites.rotate],
      shrink: [zoom, sites.scale],
      enlarge: [zoom, sites.scale],
      elastic: [bend, sites.elastic],
      // the shift acts on the result's grid wherever it stands
      all: [
        asOne([turn, bend, zoom]),
        {
          "0/rotate/draw": sites.rotate.draw,
          "1/elastic/draw": sites.elastic.draw,
          "1/elastic/control": sites.elastic.control,
          "2/scale/draw": sites.scale.draw,
        },
      ],
    };
    tidy(() => {
      const [transform, held] = cases[warp.name];
      const before = twice(fixture.picture);
      const { images, labels, valid } = transform.apply(before, heldNoise(held));
      expect(apart(second(images), floats(warp.image))).toBeLessThan(1e-4);
      expect(apart(second(images), floats(fixture.picture))).toBeGreaterThan(0.1);
      const tie = bytes(warp.tie);
      const wrong = { label: 0, valid: 0 };
      const truth = second(labels);
      bytes(warp.label).forEach((value, i) => {
        if (tie[i] !== 0) return;
        if (truth.slice(3 * i, 3 * i + 3).some((p, k) => p !== (k === value ? 1 : 0))) wrong.label++;
        if (second(valid)[i] !== bytes(warp.valid)[i]) wrong.valid++;
      });
      expect(wrong).toEqual({ label: 0, valid: 0 });
      expect(tie.filter((t) => t !== 0).length).toBeLessThan(10);
      for (const part of ["images", "labels", "valid"] as const)
        expect(first({ images, labels, valid }[part])).toEqual(first(before[part]));
    });
  });

  test.each(fixture.appearance)("$name $parameter", ({ name, parameter, image }) => {
    const common = { range: [-1, 3] as const, probability: 0.5 };
    const cases: Record<typeof name, readonly [Transform, number[][]]> = {
      brightness: [brightness({ by: 0.5, ...common }), [[0.6, 0], [0.4, parameter + 0.5]]], // prettier-ignore
      contrast: [contrast({ from: 0.25, to: 4, ...common }), factor(parameter, 0.25, 4)],
      gamma: [gamma({ from: 0.25, to: 4, ...common }), factor(parameter, 0.25, 4)],
      blur: [blur({ from: 0.2, to: 2, ...common }), [[0.6, 0], [0.4, (parameter - 0.2) / 1.8]]], // prettier-ignore
    };
    tidy(() => {
      const [transform, draw] = cases[name];
      const before = twice(fixture.wide);
      const { images, labels, valid } = transform.apply(before, heldNoise({ draw }));
      expect(apart(second(images), floats(image))).toBeLessThan(1e-4);
      expect(first(images)).toEqual(first(before.images));
      expect([labels, valid]).toEqual([before.labels, before.valid]);
    });
  });
});
