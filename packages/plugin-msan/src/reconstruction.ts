import {
  add,
  cast,
  div,
  greater,
  mean,
  mul,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { argMax, crossEntropy, oneHot, sigmoid, softmax, softplus } from "@segdistill/backend/ops";

/**
 * What the autoencoder reads of one-hot labels `[B, H, W, K]`: the foreground `[B, H, W, 1]` of two classes, else all of them; 0 where `valid` `[B, H, W]` is 0, since nothing is
 * known of what is there [ours].
 */
export const masksOf = (labels: Tensor4D, valid: Tensor3D): Tensor4D =>
  mul(labels.shape[3] === 2 ? slice(labels, [0, 0, 0, 1]) : labels, reshape(valid, [...valid.shape, 1]));

/** The masks' classes but the background: `[B, H, W, 1]` or `[B, H, W, K − 1]`. */
const foreground = (masks: Tensor4D): Tensor4D => (masks.shape[3] === 1 ? masks : slice(masks, [0, 0, 0, 1]));

/** Σ over pixels that count, for every image and channel: `[B, C]`. */
const overPixels = (x: Tensor4D, valid: Tensor3D): Tensor => sum(mul(x, reshape(valid, [...valid.shape, 1])), [1, 2]);

/** `[B]`, 1 where a mask `[B, H, W, C]` has a foreground pixel that counts. */
export const hasForeground = (masks: Tensor4D, valid: Tensor3D): Tensor1D =>
  cast(greater(sum(overPixels(foreground(masks), valid), 1), 0), "float32") as Tensor1D;

/**
 * How far a reconstruction is from its mask, pixel by pixel `[B, H, W]`, in nats: −y·log σ(z) − (1 − y)·log(1 − σ(z)) for one channel, softmax cross-entropy for more. `logits` z and
 * `masks` y `[B, H, W, C]`. methods.md 3.4.1 and 1.5 [ours].
 */
export const maskCrossEntropy = (logits: Tensor4D, masks: Tensor4D): Tensor3D =>
  (masks.shape[3] === 1 ? sum(sub(softplus(logits), mul(logits, masks)), 3) : crossEntropy(logits, masks)) as Tensor3D;

/**
 * 1 − (2·Σ p·y + 1) / (Σ p + Σ y + 1) of every image `[B]`, in [0, 1); p = σ(z), sums over the pixels that count. Of several classes the mean over those of the foreground, p their softmax.
 * methods.md 3.4.1 and 1.5 [ours].
 */
export function maskDiceLoss(logits: Tensor4D, masks: Tensor4D, valid: Tensor3D): Tensor1D {
  const p = foreground(masks.shape[3] === 1 ? sigmoid(logits) : softmax(logits));
  const y = foreground(masks);
  const both = add(mul(overPixels(mul(p, y), valid), 2), 1);
  return sub(1, mean(div(both, add(add(overPixels(p, valid), overPixels(y, valid)), 1)), 1));
}

/**
 * What pooled Dice of decisions is made of, image by image: Dice = Σ sum / Σ count; sum = 2·|P ∩ Y|, count = |P| + |Y| over the foreground classes and the pixels that count.
 * A decision is z > 0 for one channel, else the arg-max. For gates: it has no gradient.
 */
export function maskDice(logits: Tensor4D, masks: Tensor4D, valid: Tensor3D): { readonly sum: Tensor1D; readonly count: Tensor1D } {
  const decided = (masks.shape[3] === 1 ? cast(greater(logits, 0), "float32") : oneHot(argMax(logits), logits.shape[3])) as Tensor4D;
  const [p, y] = [foreground(decided), foreground(masks)];
  const all = (x: Tensor4D): Tensor1D => sum(overPixels(x, valid), 1);
  return { sum: mul(all(mul(p, y)), 2), count: add(all(p), all(y)) };
}
