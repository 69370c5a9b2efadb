import type { Initial } from "@segdistill/core/contract";

/** How many numbers meet in one output of a kernel (`in`), and in how many outputs one input takes part (`out`). */
export interface Fan {
  readonly in: number;
  readonly out: number;
}

/** First values of a kernel, from its fan. */
export type Initialiser = (fan: Fan) => Initial;

/** Normal with deviation `√(2 / fan in)`: He et al. 2015; also the U-Net paper's rule. */
export const heNormalFanIn: Initialiser = (fan) => ({ normal: Math.sqrt(2 / fan.in) });

/** Normal with deviation `√(2 / fan out)`: He et al. 2015, the form that MobileNetV2's implementations use. */
export const heNormalFanOut: Initialiser = (fan) => ({ normal: Math.sqrt(2 / fan.out) });

/** Uniform within `± √(6 / (fan in + fan out))`: Glorot and Bengio 2010, Xavier-uniform. */
export const xavierUniform: Initialiser = (fan) => ({ uniform: Math.sqrt(6 / (fan.in + fan.out)) });
