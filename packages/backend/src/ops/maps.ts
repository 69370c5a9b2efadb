import { relu as rectify, relu6 as rectify6, type Tensor } from "@tensorflow/tfjs-core";
import { call } from "../operators/operator.js";

/** max(x, 0), with gradient 0 at 0. */
export const relu = <T extends Tensor>(x: T): T => rectify(x);

/** min(max(x, 0), 6), with gradient 0 at 0 and at 6. */
export const relu6 = <T extends Tensor>(x: T): T => rectify6(x);

/**
 * x itself, and a border: under `precision: bfloat16` what follows it is computed in float32, and so is what follows its gradient. Networks put it on
 * their logits and taps, the optimiser on every gradient (engine-ops.md §9).
 */
export const float32Barrier = <T extends Tensor>(x: T): T => call("Float32Barrier", { x }) as T;
