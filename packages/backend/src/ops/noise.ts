import { add, cast, greaterEqual, mul, type Tensor, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import { notAMap, wrongRate } from "./errors.js";
import { statelessNormal, statelessUniform } from "./random.js";

/** 0 with probability `rate`, else 1/(1 − rate): follows from the seed alone. */
function mask(who: string, shape: readonly number[], rate: number, seed: Tensor1D): Tensor {
  if (!(rate >= 0 && rate < 1)) throw wrongRate(who, rate);
  return mul(cast(greaterEqual(statelessUniform(shape, seed), rate), "float32"), 1 / (1 - rate));
}

/**
 * Dropout: every value is 0 with probability `rate` in [0, 1), else divided by 1 − rate. Any shape. `seed`, int32 [2], gives the mask: the same seed
 * the same mask, eager and compiled, so a step feeds a new one every time. The mask is a constant of the gradient. Throws for other rates.
 *
 * @example dropout(x, 0.1, seed) // seed = tf.tensor1d([runSeed, step], "int32"), an argument of the compiled step
 */
export const dropout = <T extends Tensor>(x: T, rate: number, seed: Tensor1D): T => mul(x, mask("dropout", x.shape, rate, seed));

/** Dropout of whole channels (PyTorch's `dropout2d`): `x` [B, h, w, C], one draw for each image and channel. Else as {@link dropout}. */
export function spatialDropout(x: Tensor4D, rate: number, seed: Tensor1D): Tensor4D {
  if (x.rank !== 4) throw notAMap("spatialDropout", x.shape);
  return mul(x, mask("spatialDropout", [x.shape[0], 1, 1, x.shape[3]], rate, seed));
}

/** x + deviation · n with n ~ N(0, 1) for every value, from `seed`, int32 [2]. Any shape; the gradient is dy. */
export const gaussianNoise = <T extends Tensor>(x: T, deviation: number, seed: Tensor1D): T =>
  add(x, mul(statelessNormal(x.shape, seed), deviation));
