import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { call } from "../operators/operator.js";

/** Uniform numbers in [0, 1) that follow from `seed`, int32 [2]: the same seed gives the same numbers, eager and compiled. Not differentiated. */
export const statelessUniform = (shape: readonly number[], seed: Tensor1D): Tensor =>
  call("StatelessUniform", { seed }, { shape: [...shape] });

/** Normal numbers of mean 0 and deviation 1 that follow from `seed`, int32 [2]. Not differentiated. */
export const statelessNormal = (shape: readonly number[], seed: Tensor1D): Tensor =>
  call("StatelessNormal", { seed }, { shape: [...shape] });
