import { customGrad, exp, expandDims, mul, neg, sub, sum, type Tensor } from "@tensorflow/tfjs-core";
import { labelsDoNotFit } from "../errors.js";
import { logSoftmax } from "./softmax.js";

/**
 * Cross-entropy of every pixel: −Σ_k labels_k · log softmax(logits)_k. `logits` [..., K]; `labels` [..., K], one-hot, any shares of classes, or zeros
 * where there is no label; result [...], at least 0. Gradient in the logits: softmax·Σlabels − labels. Gradients of any order, in the labels too.
 * Throws where the shapes differ.
 *
 * @example crossEntropy(logits, oneHot(labels, 9)) // [B, H, W]
 */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  if (logits.rank < 1 || logits.shape.join() !== labels.shape.join()) throw labelsDoNotFit(logits.shape, labels.shape);
  return customGrad((z, y, save) => {
    const [logits_, labels_] = [z as Tensor, y as Tensor];
    const log = logSoftmax(logits_);
    (save as (t: Tensor[]) => void)([logits_, labels_]);
    return {
      value: neg(sum(mul(labels_, log), -1)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [kept, truth] = saved as [Tensor, Tensor];
        const p = exp(logSoftmax(kept)); // a compiled step merges it with the one above
        const each = expandDims(dy, -1);
        return [mul(each, sub(mul(p, sum(truth, -1, true)), truth)), mul(each, neg(logSoftmax(kept)))];
      },
    };
  })(logits, labels);
}
