import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { graphFlowLoss, salience, type Border, type Reading } from "../src/index.js";

/** Maps of one network's two layers, each [B, h, w, C]. */
export interface Maps {
  readonly encoder: Tensor4D;
  readonly decoder: Tensor4D;
}

export interface Asked {
  readonly reading: Reading;
  readonly of: "vertex" | "edge";
  readonly patch: number;
  readonly border: Border;
  readonly batchScale?: boolean;
}

/** A loss of both networks' maps: a scalar. */
export type Flow = (asked: Asked, student: Maps, teacher: Maps) => Tensor;

/** The package's own. */
export const flow: Flow = ({ reading, of, batchScale = false, ...how }, student, teacher) => {
  const nodes = ({ encoder, decoder }: Maps) => ({ encoder: salience(encoder, how), decoder: salience(decoder, how) });
  return graphFlowLoss(reading, of, nodes(student), nodes(teacher), { batchScale });
};
