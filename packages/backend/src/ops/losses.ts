import { customGrad, div, exp, expandDims, mul, neg, sub, sum, type Tensor } from "@tensorflow/tfjs-core";
import { labelsDoNotFit, logitsDoNotFit } from "./errors.js";
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

/**
 * How far one softened prediction is from another, for every pixel: τ²·KL(p_T ‖ p_S) = τ² Σ_k p_T,k (log p_T,k − log p_S,k), p = softmax(logits / τ); τ² keeps
 * gradients of one size whatever τ is. `student`, `teacher` logits [..., K] of one shape, `temperature` τ above 0; result [...] in nats, at least 0 but for rounding. The
 * teacher is the target. Gradients of any order, in the teacher too. methods.md 3.1; Hinton, Vinyals and Dean 2015.
 *
 * @example softenedDivergence(student, teacher, 4) // [B, H, W]
 */
export function softenedDivergence(student: Tensor, teacher: Tensor, temperature: number): Tensor {
  if (student.rank < 1 || student.shape.join() !== teacher.shape.join()) throw logitsDoNotFit(student.shape, teacher.shape);
  const [own, target] = [logSoftmax(div(student, temperature)), logSoftmax(div(teacher, temperature))];
  return mul(sum(mul(exp(target), sub(target, own)), -1), temperature ** 2);
}
