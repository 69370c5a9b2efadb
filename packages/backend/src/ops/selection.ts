import {
  argMax as largestAt,
  cast,
  equal,
  expandDims,
  gather as taken,
  oneHot as indicator,
  topk,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { wrongAxis, wrongCount } from "./errors.js";

/**
 * The entries of `x` at `indices` along `axis`: [..., n, ...] and any shape of int32 indices in [0, n), which may repeat, to [..., indices…, ...].
 * The gradient adds up what was taken from one place. Gradients of any order in `x`, none in the indices. TensorFlow throws for indices outside.
 *
 * @example gather(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor1d([1, 1, 0], "int32")) // [[3, 4], [3, 4], [1, 2]]
 */
export const gather = (x: Tensor, indices: Tensor, axis = 0): Tensor =>
  taken(x, indices as Parameters<typeof taken>[1], axisOf("gather", x, axis));

/**
 * The k largest along the last axis, falling; of equal ones the lower index first. `x` [..., n], `values` and int32 `indices` [..., k]. The gradient of
 * the values goes to where they stand. Gradients of any order. Throws unless k is whole and in [1, n].
 */
export function topK(x: Tensor, k: number): { readonly values: Tensor; readonly indices: Tensor } {
  const n = x.shape.at(-1) ?? 0;
  if (!Number.isInteger(k) || k < 1 || k > n) throw wrongCount("topK", x.shape, k, n);
  return topk(x, k);
}

/** The index of the largest along `axis`, by default the last; the lowest of equal ones (methods.md 1.4). [..., n, ...] to int32 [..., ...]. No gradient. */
export const argMax = (x: Tensor, axis = -1): Tensor => largestAt(x, axisOf("argMax", x, axis));

/** 1 where the label is k, else 0: int32 labels of any shape to float32 [..., K]. A label outside [0, K) (an unlabelled pixel) is all zeros. Throws for K < 1. */
export function oneHot(labels: Tensor, classes: number): Tensor {
  if (!Number.isInteger(classes) || classes < 1) throw wrongCount("oneHot", labels.shape, classes, Infinity);
  if (classes === 1) return expandDims(cast(equal(labels, 0), "float32"), -1); // tfjs wants two classes
  return indicator(labels, classes, 1, 0, "float32");
}

/** The axis counted from the front; throws where `x` has none of that number. */
export function axisOf(who: string, x: Tensor, axis: number): number {
  const at = axis < 0 ? axis + x.rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.rank) throw wrongAxis(who, x.shape, axis);
  return at;
}
