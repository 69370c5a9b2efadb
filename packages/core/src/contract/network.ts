import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Json, Origin } from "./json.js";
import type { Module, Scope } from "./module.js";
import type { Pass } from "./pass.js";

// Letters: B images, H×W pixels, K classes, C channels, h×w tap size. Layout NHWC.

/** What is known of a map before anything runs: its height is H / stride. */
export interface MapShape {
  readonly stride: number;
  readonly channels: number;
}

/** What decoding needs. `{ ...encoding, bottleneck }` replaces the bottleneck and keeps the skips. */
export interface Encoding {
  readonly bottleneck: Tensor4D;
  readonly skips: readonly Tensor4D[];
}

/** Maps met on the way, by tap name: `[B, h, w, C]`. */
export type Taps<Tap extends string> = { readonly [T in Tap]?: Tensor4D };

/** A network as a value: what it is, and how to build one. Specs of one name start from the same numbers (baseline and student do). */
export interface NetworkSpec<Tap extends string> {
  readonly name: string;
  /** What it was made from, as data: with the name it says which network this is in files and hashes. */
  readonly options: Json;
  readonly origin?: Origin;
  readonly inputChannels: number;
  readonly classes: number;
  /** Height and width of the input must be multiples of this. */
  readonly multiple: number;
  readonly bottleneck: MapShape;
  readonly taps: { readonly [T in Tap]: MapShape };
  readonly build: (scope: Scope) => Network<Tap>;
}

/** A built network. */
export interface Network<Tap extends string> extends Module {
  /** Images `[B, H, W, inputChannels]` to the bottleneck and the skips. */
  readonly encode: (images: Tensor4D, pass: Pass) => Encoding & { readonly taps: Taps<Tap> };
  /** An encoding to logits `[B, H, W, K]`. */
  readonly decode: (encoding: Encoding, pass: Pass) => { readonly logits: Tensor4D; readonly taps: Taps<Tap> };
}
