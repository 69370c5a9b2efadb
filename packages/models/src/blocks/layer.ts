import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Make, Pass } from "@segdistill/core/contract";
import { inLayer } from "@segdistill/backend/ops";
import { emptySequence, layersDoNotFit } from "../errors.js";

/** A built layer: a map `[B, h, w, in]` to a map `[B, h · scale, w · scale, out]`. */
export type Run = (x: Tensor4D, pass: Pass) => Tensor4D;

/**
 * A layer as a value: what it does to a map's shape, what it costs, and how to build it. So a network is counted without an engine, from
 * the same values that it is built from.
 */
export interface Layer {
  readonly channels: { readonly in: number; readonly out: number };
  /** Height and width of the output by those of the input: 1/2 for stride 2, 2 where a map grows. */
  readonly scale: number;
  /** Numbers that an optimiser moves. */
  readonly parameters: number;
  /** Multiply-accumulates per input position of one image: of convolutions, transposed ones k² · in · out, and of linear layers (methods.md 1.2). */
  readonly macs: number;
  /** Multiply-accumulates besides, for an input of height × width positions: of convolutions on pooled maps and the two products of attention, which do not grow with the positions alike. None if left out. */
  readonly pooledMacs?: (height: number, width: number) => number;
  /** Makes the variables under `name` and returns what runs. */
  readonly build: (make: Make, name: string) => Run;
}

/** A layer that grows a map beside the encoder's map of the size that it grows to, and says whether it reads that one. */
export interface Climb extends Omit<Layer, "build"> {
  readonly reads: "skip" | "nothing";
  readonly build: (make: Make, name: string) => (x: Tensor4D, skip: Tensor4D | undefined, pass: Pass) => Tensor4D;
}

/** Multiply-accumulates of a layer for one image, from a map of `height × width` positions. */
export const macsAt = ({ macs, pooledMacs }: Omit<Layer, "build">, height: number, width: number): number =>
  macs * height * width + (pooledMacs?.(height, width) ?? 0);

/** The same layer, with its name on what goes wrong in it: `…, in layer "student/encoder/4/first/conv"`. What puts layers together (`sequence`, `added`, a network) builds them by it. */
export const layer = (definition: Layer): Layer => ({
  ...definition,
  build: (make, name) => {
    const run = definition.build(make, name);
    return (x, pass) => inLayer(name, () => run(x, pass));
  },
});

/**
 * Layers one after the other; each one's variables stand below its name.
 *
 * `macs = Σ macsᵢ · (scale of all before i)²`, `scale = Π scaleᵢ`.
 *
 * @throws `models-empty-sequence`; `models-layers-do-not-fit` where one gives other channels than the next one takes.
 * @example
 * sequence([["pool", maxPool(64)], ["first", convNorm(conv({ in: 64, out: 128, size: 3 }), "relu")]]) // variables first/conv/kernel, …
 */
export function sequence(layers: readonly (readonly [name: string, layer: Layer])[]): Layer {
  const start = layers[0];
  const end = layers.at(-1);
  if (start === undefined || end === undefined) throw emptySequence();
  let scale = 1;
  let parameters = 0;
  let macs = 0;
  for (const [i, [name, one]] of layers.entries()) {
    const before = layers[i - 1];
    if (before && before[1].channels.out !== one.channels.in) {
      throw layersDoNotFit(name, one.channels.in, before[0], before[1].channels.out);
    }
    macs += one.macs * scale ** 2;
    parameters += one.parameters;
    scale *= one.scale;
  }
  return layer({
    channels: { in: start[1].channels.in, out: end[1].channels.out },
    scale,
    parameters,
    macs,
    ...(layers.some(([, { pooledMacs }]) => pooledMacs) && { pooledMacs: pooledMacsOf(layers) }),
    build: (make, name) => {
      const runs = layers.map(([part, one]) => layer(one).build(make, `${name}/${part}`));
      return (x, pass) => runs.reduce((map, run) => run(map, pass), x);
    },
  });
}

const pooledMacsOf =
  (layers: readonly (readonly [string, Layer])[]) =>
  (height: number, width: number): number => {
    let [all, scale] = [0, 1];
    for (const [, layer] of layers) {
      all += layer.pooledMacs?.(height * scale, width * scale) ?? 0;
      scale *= layer.scale;
    }
    return all;
  };
