import { add, stack, tensor1d, tidy, unstack, type Tensor, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import { isRunAgain, statelessNormal, statelessUniform } from "@segdistill/backend/ops";
import type { Noise } from "../contract/index.js";
import { drawnTwice } from "../errors.js";
import { hash } from "../random.js";

/** Random numbers of a step: each site of each image has a stream of its own, so no number depends on batch order, processes or other methods. */
export function noises(seeds: Tensor2D): (prefix: string) => Noise {
  const drawn = new Set<string>();
  return (prefix) => {
    const draw =
      (kind: (shape: readonly number[], seed: Tensor1D) => Tensor) =>
      (site: string, shape: readonly number[]): Tensor => {
        const full = `${prefix}/${site}`;
        if (drawn.has(full) && !isRunAgain()) throw drawnTwice(prefix, site);
        drawn.add(full);
        return tidy(() => stack(unstack(add(seeds, tensor1d([...hash(full)], "int32"))).map((seed) => kind(shape, seed as Tensor1D))));
      };
    return { uniform: draw(statelessUniform), normal: draw(statelessNormal) };
  };
}
