import type { Tensor } from "@tensorflow/tfjs-core";

/** Random numbers of one place in a step: one stream per image, keyed by (seed, site, epoch, case, occurrence), never by process. */
export interface Noise {
  /** `[B, ...shape]`, in [0, 1). */
  readonly uniform: (site: string, shape: readonly number[]) => Tensor;
  /** `[B, ...shape]`, mean 0, deviation 1. */
  readonly normal: (site: string, shape: readonly number[]) => Tensor;
}

/** How a module runs this time: a permission slip. Passes are handed out by the core; a plugin never makes one. */
export interface Pass {
  /** `train`: batch statistics and dropout; `inference`: running averages and none. */
  readonly mode: "train" | "inference";
  /** Whether state may move in this pass. */
  readonly statistics: "move" | "still";
  readonly noise: Noise;
  /**
   * Given where the stage gives time for memory (`recompute`): runs a block of the network, whose inner values are not kept but computed again on the way back. The block must do the
   * same both times, and read no variable of JavaScript that changes. A network calls it around its large parts: `pass.recompute?.(block) ?? block()`; one that does not, keeps everything.
   */
  readonly recompute?: <T extends Tensor>(block: () => T) => T;
}
