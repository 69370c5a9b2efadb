import type { Scalar, Tensor1D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Json } from "./json.js";
import type { Module } from "./module.js";
import type { Encoding } from "./network.js";
import type { Noise, Pass } from "./pass.js";

/** Roles and the taps read of each: `{ student: "decoder/4"; teacher: never }`. */
export type Wants = Readonly<Record<string, string>>;

/** What one network answers to one view; run when first read, at most once a step, whoever reads it. */
export interface Answer<Tap extends string> {
  /** `[B, H, W, K]` */
  readonly logits: Tensor4D;
  readonly encoding: Encoding;
  /** `[B, h, w, C]` */
  readonly tap: (name: Tap) => Tensor4D;
  /** Logits `[B, H, W, K]` of another encoding; on the tape where its input is; statistics still. */
  readonly decode: (encoding: Encoding) => Tensor4D;
}

/** A batch of images with what is known about their pixels. */
export interface Picture {
  /** `[B, H, W, inputChannels]` */
  readonly images: Tensor4D;
  /** `[B, H, W, K]` one-hot; zeros where there is no label. */
  readonly labels: Tensor4D;
  /** `[B, H, W]`, 1 where the pixel counts. */
  readonly valid: Tensor3D;
}

/** One change of a picture, as a tensor program off the tape; geometric ones change labels and validity alike. What it leaves alone it gives back as it is: then a view has the picture's own tensor, which a method can see. */
export interface Transform {
  readonly name: string;
  readonly options: Json;
  readonly apply: (picture: Picture, noise: Noise) => Picture;
}

/**
 * Augmented versions of a batch, as data: equal requests (by content) are made once and shared. A network that learns runs once for each view that is read, with that view's statistics; a
 * frozen one once over all views of a request.
 */
export interface Views {
  readonly count: number;
  readonly transforms: readonly Transform[];
}

/** A picture and what the networks answer to it. */
export interface View<W extends Wants> extends Picture {
  readonly net: { readonly [R in keyof W]: Answer<W[R]> };
}

/** All that a loss may read: the anchor (view 0) and the rest of one step. Tensors only, so that nothing of one step is baked into a trace. */
export interface Step<W extends Wants> extends View<W> {
  /** `[B]`, 1 where the image has a label. */
  readonly labelled: Tensor1D;
  /** Updates done. */
  readonly index: Scalar;
  readonly noise: Noise;
  /** View `k` of a request, 1 to `count`; 0 is the anchor. */
  readonly view: (request: Views, k: number) => View<W>;
  /** For calling a module of the method's own or of a service. */
  readonly pass: (module: Module, statistics?: "still") => Pass;
  /** Work that several terms of one method share: made when first asked for, once a step. Give each piece a name of its own. */
  readonly once: <T>(name: string, make: () => T) => T;
}
