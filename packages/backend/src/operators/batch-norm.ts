import { add, div, mean, mul, rsqrt, square, sub, sum, tensor1d, zerosLike, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { attr, callMany, type Operator } from "./operator.js";

const shared = (epsilon: unknown) => [
  attr.type("T"),
  attr.type("U"),
  attr.float("epsilon", epsilon),
  attr.text("data_format", "NHWC"),
  attr.bool("is_training", true),
];
const axes = [0, 1, 2];
const countOf = (x: Tensor): number => x.size / x.shape[3]!;

/**
 * Outputs: y, mean and unbiased variance of the batch (with `share` what running ones become: (1 − share)·running + share·batch's), and three that the gradient needs (their meaning is the
 * library's own).
 */
export const batchNormTraining: Operator = {
  name: "BatchNormTraining",
  native: (run, { x, scale, offset, mean, variance }, { epsilon, share }) => {
    const none = mean ? null : tensor1d([], "float32"); // with a factor of 1 the statistics are the batch's own
    const attributes = [...shared(epsilon), attr.float("exponential_avg_factor", mean ? share : 1)];
    const [y, m, v, r1, r2, r3] = run("FusedBatchNormV3", attributes, [x!, scale!, offset!, mean ?? none!, variance ?? none!], 6);
    none?.dispose();
    return [y!, m!, v!, r1!, r2!, r3!];
  },
  plain: ({ x, scale, offset, mean: oldMean, variance: oldVariance }, { epsilon, share }) => {
    const m = mean(x!, axes);
    const biased = mean(square(sub(x!, m)), axes);
    const y = add(mul(mul(sub(x!, m), rsqrt(add(biased, epsilon as number))), scale!), offset!);
    const moved = (old: Tensor | undefined, now: Tensor): Tensor =>
      old ? add(mul(old, 1 - (share as number)), mul(now, share as number)) : now.clone();
    const unbiased = mul(biased, countOf(x!) / (countOf(x!) - 1));
    return [y, moved(oldMean, m), moved(oldVariance, unbiased), m, biased, tensor1d([], "float32")];
  },
  gradient: {
    inputsToSave: ["x", "scale"],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dys, [x, scale, r1, r2, r3], attributes) => {
      const [dx, dScale, dOffset] = callMany(
        "BatchNormTrainingGrad",
        { dy: (dys as Tensor[])[0]!, x: x!, scale: scale!, r1: r1!, r2: r2!, r3: r3! },
        attributes,
      );
      // none comes from running statistics; `recompute` asks for that of everything that a block takes from outside
      const none = (): Tensor => zerosLike(scale!);
      return { x: () => dx!, scale: () => dScale!, offset: () => dOffset!, mean: none, variance: none };
    },
  },
};

/** First order only: a network under a gradient penalty uses instance norm by moments (engine-ops.md §3). */
export const batchNormTrainingGrad: Operator = {
  name: "BatchNormTrainingGrad",
  native: (run, { dy, x, scale, r1, r2, r3 }, { epsilon }) =>
    run("FusedBatchNormGradV3", shared(epsilon), [dy!, x!, scale!, r1!, r2!, r3!], 5).slice(0, 3),
  plain: ({ dy, x, scale, r1, r2 }, { epsilon }) => {
    const inverse = rsqrt(add(r2!, epsilon as number));
    const normal = mul(sub(x!, r1!), inverse);
    const [dOffset, dScale] = [sum(dy!, axes), sum(mul(dy!, normal), axes)];
    const n = countOf(x!);
    const dx = mul(mul(scale!, inverse), sub(sub(dy!, div(dOffset, n)), mul(normal, div(dScale, n))));
    return [dx, dScale, dOffset];
  },
};

/** x · scale/√(variance + ε) + …, by given statistics: what a network does in inference. */
export const affine = (x: Tensor4D, mean: Tensor, variance: Tensor, scale: Tensor, offset: Tensor, epsilon: number): Tensor4D => {
  const gain = mul(scale, rsqrt(add(variance, epsilon)));
  return add(mul(x, gain), sub(offset, mul(mean, gain)));
};
