import { tensor, type Tensor } from "@tensorflow/tfjs-core";
import type { Noise } from "../contract/index.js";

/** Noise that gives what a test says, site by site, instead of random numbers: `[B, …]` in rows of one image. */
export function heldNoise(sites: Readonly<Record<string, readonly (readonly number[])[]>>): Noise {
  const give = (site: string, shape: readonly number[]): Tensor => {
    const rows = sites[site];
    if (!rows) throw new Error(`the test holds no numbers for site "${site}"`);
    return tensor(rows.flat(), [rows.length, ...shape]);
  };
  return { uniform: give, normal: give };
}
