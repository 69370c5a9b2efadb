import { reshape, square, sub, sum, type Tensor, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { argMax, gatherWindows, matMul } from "@segdistill/backend/ops";
import { patchTooLarge } from "./errors.js";

export type Border = "zero" | "clamp";

/**
 * The salience graph's nodes: the patch of every channel around its own strongest position, ν_i = vec F[u_i* ± r, i] with u_i* = arg max_u F[u, i], r = (p − 1)/2.
 *
 * `map` [B, h, w, C] signed; `patch` p, odd, in positions; result [B, C, p²], rows first. The position is a constant to the gradient, the lowest row-major one of equal
 * values. Beyond the border there are zeros (`"zero"` [ours]), or the centre moves inwards until the patch fits (`"clamp"`).
 *
 * methods.md 3.2.2: patches around the strongest activation [inferred].
 *
 * @throws graphflow/patch-too-large where a map is smaller than the patch and `border` is "clamp"
 * @example salience(map, { patch: 3, border: "zero" }) // [B, C, 9]
 */
export function salience(map: Tensor4D, { patch, border }: { readonly patch: number; readonly border: Border }): Tensor3D {
  const [b, h, w, c] = map.shape;
  if (border === "clamp" && patch > Math.min(h, w)) throw patchTooLarge(patch, h, w);
  return gatherWindows(map, argMax(reshape(map, [b, h * w, c]), 1), patch, border);
}

/** The salience graph's edges: inner products of all nodes, E_ij = ⟨ν_i, ν_j⟩, the diagonal too. `nodes` [B, C, n] → [B, C, C]. methods.md 3.2.2, R1 [ours]. */
export const innerProducts = (nodes: Tensor): Tensor3D => matMul(nodes, nodes, { transposeB: true }) as Tensor3D;

/** Squared distances of all nodes, e_ij = ‖ν_i − ν_j‖². `nodes` [B, C, n] → [B, C, C], at least 0 but for rounding. methods.md 3.2.2, R2 [ours]. */
export function squaredDistances(nodes: Tensor): Tensor3D {
  const [b, c, n] = nodes.shape as [number, number, number];
  return sum(square(sub(reshape(nodes, [b, c, 1, n]), reshape(nodes, [b, 1, c, n]))), 3);
}
