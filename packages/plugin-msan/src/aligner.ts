import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { float32Barrier } from "@segdistill/backend/ops";
import type { Make } from "@segdistill/core/contract";
import { conv } from "@segdistill/models/blocks";
import { otherBottleneck } from "./errors.js";
import { positionHeaders } from "./position-headers.js";

export interface AlignerOptions {
  /** Of the network's bottleneck, for the pictures that it is trained on. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** d, the latent vector's. */
  readonly size: number;
  /** Width of the headers. 64 [code: that both networks' are equal; its value: inferred] */
  readonly hidden?: number;
}

/** An alignment network before its variables are made. */
export interface AlignerDefinition {
  /** Numbers that an optimiser moves. */
  readonly parameters: number;
  /** Makes the variables `down/1/kernel` … `up/2/bias`, and `enter/…`, `leave/…` where channels differ. */
  readonly build: (make: Make) => {
    readonly encode: (bottleneck: Tensor4D) => Tensor2D;
    readonly decode: (v: Tensor2D) => Tensor4D;
  };
}

/**
 * An alignment network, the teacher's (TAN) or the student's (SAN): the headers Aᵉ and Aᵈ between a bottleneck F `[B, h, w, C]` and a vector v `[B, d]`, of the form of the semantic
 * autoencoder's. Where C is not d, a conv 1 × 1 with bias brings F to d channels before Aᵉ and back after Aᵈ [ours].
 *
 * methods.md 3.4.2; 2.7: 33,281 parameters for 16 × 16 × 512 [inferred], 1,314,833 for 4 × 4 × 1280 [ours].
 *
 * @throws msan/bottleneck, where a map has another size than it was made for
 * @example aligner({ height: 4, width: 4, channels: 1280, size: 512 }).parameters // 1314833
 */
export function aligner({ height, width, channels, size, hidden = 64 }: AlignerOptions): AlignerDefinition {
  const headers = positionHeaders({ height, width, hidden });
  const bridges =
    channels === size
      ? undefined
      : { enter: conv({ in: channels, out: size, size: 1, bias: true }), leave: conv({ in: size, out: channels, size: 1, bias: true }) };
  return {
    parameters: headers.parameters.down + headers.parameters.up + (bridges ? bridges.enter.parameters + bridges.leave.parameters : 0),
    build: (make) => {
      const [enter, leave] = [bridges?.enter.buildScaled(make, "enter"), bridges?.leave.buildScaled(make, "leave")];
      const { down, up } = headers.build(make);
      return {
        encode: (bottleneck) => {
          const [, h, w, c] = bottleneck.shape;
          if (h !== height || w !== width || c !== channels) throw otherBottleneck([h, w, c], [height, width, channels]);
          return down(enter ? enter(bottleneck) : bottleneck);
        },
        decode: (v) => {
          const map = up(v);
          return leave ? float32Barrier(leave(map)) : map;
        },
      };
    },
  };
}
