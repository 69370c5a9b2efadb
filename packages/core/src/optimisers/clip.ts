import { addN, clipByValue, div, maximum, mul, scalar, sqrt, square, sum, type Tensor } from "@tensorflow/tfjs-core";
import type { Optimiser } from "../contract/index.js";

/**
 * Clips the gradient before an optimiser's update. `norm`: g ← g · norm / max(norm, ‖g‖) with the norm over all variables together, so that its
 * direction stays (PyTorch's `clip_grad_norm_`, which divides by ‖g‖ + 1e-6); `value`: every entry to [−value, value].
 *
 * @example clip({ norm: 1 }, adam({ rate: 3e-4 }))
 */
export const clip = (to: { readonly norm: number } | { readonly value: number }, optimiser: Optimiser): Optimiser => ({
  ...optimiser,
  describe: { clip: { ...to }, of: optimiser.describe },
  gradient: (whole) => {
    const before = optimiser.gradient?.(whole) ?? whole;
    if ("value" in to) return before.map((g) => clipByValue(g, -to.value, to.value));
    const length = sqrt(addN(before.map((g) => sum(square(g)))));
    const factor: Tensor = div(scalar(to.norm), maximum(scalar(to.norm), length));
    return before.map((g) => mul(g, factor));
  },
});
