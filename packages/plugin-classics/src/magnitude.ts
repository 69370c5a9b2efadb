import { mul, sign, type Tensor } from "@tensorflow/tfjs-core";

/** |x| with gradient sign(x), which is 0 at 0 as in PyTorch; tfjs's `abs` has −1 there, and channels that a rectifier has closed are all 0. Any shape. */
export const magnitude = <T extends Tensor>(x: T): T => mul(x, sign(x));
