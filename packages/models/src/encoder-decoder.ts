import { concat, type Tensor4D } from "@tensorflow/tfjs-core";
import { float32Barrier, inLayer } from "@segdistill/backend/ops";
import type { Json, Make, MapShape, Network, NetworkSpec, Pass, Scope, Taps } from "@segdistill/core/contract";
import { layer, macsAt, type Climb, type Layer } from "./blocks/layer.js";
import { notAWholeNumber, otherEncoding, otherInputChannels, sizeNotAMultiple } from "./errors.js";

/** A spec that also knows its costs; nothing runs and no variable is made for them. */
export interface CountedSpec<Tap extends string> extends NetworkSpec<Tap> {
  /** Numbers that an optimiser moves. */
  readonly parameters: number;
  /** Multiply-accumulates for one image of `height × width` pixels: of convolutions, a transposed one k² · in · out per input position, of linear layers, and (ours: methods.md 1.2 leaves them out) of the two products of attention. Throws like `encode`. */
  readonly macs: (height: number, width: number) => number;
}

/** One resolution, with the encoder's way down to it and the decoder's way back up to it. */
export interface Level<Stride extends number> {
  readonly stride: Stride;
  /** From the level above (the first: from the image). Its output is the skip and the tap `encoder/<stride>`. */
  readonly encoder: Layer;
  /** From the level below: doubles the map. A `Climb` reads the skip itself, or nothing of it. */
  readonly up: Layer | Climb;
  /** From `[skip, up]`, in this order, or from the `Climb` alone. Its output is the tap `decoder/<stride>`. */
  readonly fuse: Layer;
}

/** `Way` is "up" where the maps from below are taps too, before the concat. */
export type LevelTap<Stride extends number, Way extends "up" = never> = `${"encoder" | "decoder" | Way}/${Stride}`;

/** What a network with skips between equal resolutions is made of, finest level first. */
interface Parts<Stride extends number, Way extends "up"> {
  readonly name: string;
  readonly options: Json;
  readonly classes: number;
  readonly levels: readonly Level<Stride>[];
  /** Taps besides: `["up"]` makes the output of every level's `up` the tap `up/<stride>`. */
  readonly tapped?: readonly Way[];
  readonly bottleneck: Layer;
  readonly head: Layer;
}

/**
 * A network of levels: encoders downwards, a bottleneck, decoders upwards that read the skips (or nothing of them), a head to logits at input size.
 *
 * Variables: `encoder/<stride>/…`, `bottleneck/…`, `decoder/<stride>/up/…`, `decoder/<stride>/fuse/…`, `head/…`; they stand directly below the
 * role's name, as in weight files. Logits, bottleneck and taps leave float32 in every precision (engine-ops.md 9).
 *
 * `encode` throws `models-size-not-a-multiple`, `models-other-input-channels`; `decode` `models-other-encoding`.
 */
export function encoderDecoder<Stride extends number, Way extends "up" = never>(
  parts: Parts<Stride, Way>,
): CountedSpec<LevelTap<Stride, Way>> {
  type Tap = LevelTap<Stride, Way>;
  const { name, options, classes, levels, bottleneck, head, tapped = [] } = parts;
  const multiple = 1 / levels.reduce((scale, level) => scale * level.encoder.scale, bottleneck.scale);
  const inputChannels = levels[0]!.encoder.channels.in;
  const requireSize = (height: number, width: number): void => {
    if (!(height > 0 && width > 0 && height % multiple === 0 && width % multiple === 0))
      throw sizeNotAMultiple(name, height, width, multiple);
  };
  const tapsOf = (level: Level<Stride>): [string, MapShape][] => [
    ...tapped.map((way): [string, MapShape] => [`${way}/${level.stride}`, { stride: level.stride, channels: level.up.channels.out }]),
    [`encoder/${level.stride}`, { stride: level.stride, channels: level.encoder.channels.out }],
    [`decoder/${level.stride}`, { stride: level.stride, channels: level.fuse.channels.out }],
  ];

  const build = (scope: Scope): Network<Tap> =>
    scope.module("", (make) => {
      const down = levels.map(({ stride, encoder }) => layer(encoder).build(make, `encoder/${stride}`));
      const bottom = layer(bottleneck).build(make, "bottleneck");
      const back = levels.map(({ stride, up, fuse }) => ({
        up: climbing(up, make, `decoder/${stride}/up`),
        fuse: layer(fuse).build(make, `decoder/${stride}/fuse`),
      }));
      const answer = layer(head).build(make, "head");

      const encode: Network<Tap>["encode"] = (images, pass) => {
        const [, height, width, channels] = images.shape; // [B, H, W, inputChannels]
        if (channels !== inputChannels) throw otherInputChannels(name, channels, inputChannels);
        requireSize(height, width);
        const skips: Tensor4D[] = [];
        const taps: [string, Tensor4D][] = [];
        let x = images;
        for (const [i, level] of levels.entries()) {
          const above = x;
          x = inBlock(pass, () => down[i]!(above, pass)); // [B, H / stride, W / stride, C]
          if (isRead(level)) skips.push(x);
          taps.push([`encoder/${level.stride}`, float32Barrier(x)]);
        }
        const deepest = inBlock(pass, () => bottom(x, pass));
        return { bottleneck: float32Barrier(deepest), skips, taps: Object.fromEntries(taps) as Taps<Tap> };
      };

      const decode: Network<Tap>["decode"] = (encoding, pass) => {
        const found = { channels: encoding.bottleneck.shape[3], skips: encoding.skips.length };
        const expected = { channels: bottleneck.channels.out, skips: levels.filter(isRead).length };
        if (found.channels !== expected.channels || found.skips !== expected.skips) throw otherEncoding(name, found, expected);
        const taps: [string, Tensor4D][] = [];
        const skips = [...encoding.skips];
        let x = encoding.bottleneck;
        for (const [i, level] of [...levels.entries()].reverse()) {
          const skip = isRead(level) ? skips.pop() : undefined;
          const up = back[i]!.up(x, skip, pass); // [B, H / stride, W / stride, C]
          for (const way of tapped) taps.push([`${way}/${level.stride}`, float32Barrier(up)]);
          x = inBlock(pass, () => back[i]!.fuse("reads" in level.up ? up : concat([skip!, up], 3), pass));
          taps.push([`decoder/${level.stride}`, float32Barrier(x)]);
        }
        return { logits: float32Barrier(answer(x, pass)), taps: Object.fromEntries(taps) as Taps<Tap> };
      };
      return { encode, decode };
    });

  return {
    name,
    options,
    inputChannels,
    classes,
    multiple,
    bottleneck: { stride: multiple, channels: bottleneck.channels.out },
    taps: Object.fromEntries(levels.flatMap(tapsOf)) as Record<Tap, MapShape>,
    build,
    parameters: sum(
      [bottleneck, head, ...levels.flatMap((level) => [level.encoder, level.up, level.fuse])].map(({ parameters }) => parameters),
    ),
    macs: (height, width) => {
      requireSize(height, width);
      return macsOf(parts, height, width);
    },
  };
}

/** A level is what is computed again where memory is short. */
const inBlock = (pass: Pass, run: () => Tensor4D): Tensor4D => pass.recompute?.(run) ?? run();

/** Whether the way up needs the encoder's map of this level. */
const isRead = ({ up }: Pick<Level<number>, "up">): boolean => !("reads" in up) || up.reads === "skip";

function climbing(up: Layer | Climb, make: Make, name: string): ReturnType<Climb["build"]> {
  if ("reads" in up) {
    const run = up.build(make, name);
    return (x, skip, pass) => inLayer(name, () => run(x, skip, pass));
  }
  const run = layer(up).build(make, name);
  return (x, _, pass) => run(x, pass);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function macsOf({ levels, bottleneck, head }: Parts<number, "up">, height: number, width: number): number {
  let macs = 0;
  let scale = 1; // of the map that the next layer reads: exact, since every stride is a power of two
  const walk = (one: Omit<Layer, "build">): void => {
    macs += macsAt(one, height * scale, width * scale);
    scale *= one.scale;
  };
  for (const level of levels) walk(level.encoder);
  walk(bottleneck);
  for (const level of [...levels].reverse()) {
    walk(level.up);
    walk(level.fuse);
  }
  walk(head);
  return macs;
}

/** Throws `models-not-a-whole-number` unless both are whole and at least 1. */
export function requireFrame(network: string, inputChannels: number, classes: number): void {
  if (!isWhole(inputChannels))
    throw notAWholeNumber(network, "inputChannels", inputChannels, 1, "It is the number of channels of the prepared pictures.");
  if (!isWhole(classes)) throw notAWholeNumber(network, "classes", classes, 1, "It is the number of classes, the background among them.");
}

export const isWhole = (n: number): boolean => Number.isInteger(n) && n >= 1;
