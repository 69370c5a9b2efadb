import {
  add,
  cast,
  concat,
  dispose,
  greater,
  mean,
  mul,
  oneHot,
  sub,
  tensor1d,
  tidy,
  variable,
  variableGrads,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  type Variable,
} from "@tensorflow/tfjs-core";
import { compile } from "../compile.js";
import {
  batchNorm,
  conv2d,
  convTranspose2d,
  crossEntropy,
  depthwiseConv2d,
  float32Barrier,
  maxPool,
  relu,
  relu6,
  resizeBilinear,
  statelessUniform,
} from "../ops/index.js";
import { map, numbers } from "./numbers.js";

export interface SmallNet {
  readonly variables: readonly Variable[];
  /** One step of momentum on a batch of pictures, one-hot labels and a seed: gives the loss. */
  readonly step: (...args: Tensor[]) => Tensor[];
  /** The k-th batch. The caller disposes of it. */
  readonly batch: (k: number) => readonly [x: Tensor4D, labels: Tensor, seed: Tensor1D];
  /** Steps on the first batches; then all losses, and all variables' bytes. */
  readonly train: (steps: number, how?: "compiled" | "eager") => Promise<{ readonly losses: number[]; readonly bytes: Buffer }>;
}

/** A little of everything that the networks use, on pictures of 12 by 10; dropout follows from `seed` and the step. */
export function smallNet(seed: number): SmallNet {
  const scaled = (shape: readonly number[], at: number): Variable => variable(tidy(() => mul(numbers(shape, at), 0.3)));
  const weights = [
    scaled([3, 3, 3, 8], 11),
    variable(tidy(() => add(mul(numbers([8], 12), 0.1), 1))),
    scaled([8], 13),
    scaled([3, 3, 8, 1], 14),
    scaled([2, 2, 6, 8], 15),
    scaled([3, 2, 14, 6], 16),
    scaled([1, 1, 14, 2], 17),
  ];
  const moments = weights.map((w) => variable(tidy(() => mul(w, 0))));
  const forward = (x: Tensor4D, key: Tensor1D): Tensor4D => {
    const [first, scale, offset, channels, up, dilated, last] = weights as unknown as [Tensor4D, Tensor1D, Tensor1D, ...Tensor4D[]];
    const top = relu(batchNorm(conv2d(x, first), scale, offset).value); // [B, 12, 10, 8]
    const low = relu6(depthwiseConv2d(maxPool(top, { size: 2 }), channels!)); // [B, 6, 5, 8]
    const joined = concat([convTranspose2d(low, up!, { stride: 2, padding: "same" }), top], 3); // [B, 12, 10, 14]
    const wide = relu(conv2d(joined, dilated!, { dilation: 2 })); // [B, 12, 10, 6]
    const resized = resizeBilinear(low, [12, 10]); // [B, 12, 10, 8]
    const features = concat([wide, resized], 3); // [B, 12, 10, 14]
    const kept = cast(greater(statelessUniform(features.shape, key), 0.2), "float32");
    return float32Barrier(conv2d(mul(features, mul(kept, 1.25)), last!));
  };
  const step = (...args: Tensor[]): Tensor[] => {
    const [x, labels, key] = args as [Tensor4D, Tensor, Tensor1D];
    const { value, grads } = variableGrads(() => mean(crossEntropy(forward(x, key), labels)), weights);
    weights.forEach((w, i) => {
      const next = add(mul(moments[i]!, 0.9), float32Barrier(grads[w.name]!));
      moments[i]!.assign(next);
      w.assign(sub(w, mul(next, 0.1)));
    });
    return [value];
  };
  const batch: SmallNet["batch"] = (k) => [
    map([2, 12, 10, 3], k % 4),
    tidy(() => oneHot(cast(greater(numbers([2, 12, 10], 20 + (k % 4)), 0.4), "int32"), 2, 1, 0, "float32")),
    tensor1d([seed, k], "int32"),
  ];
  const variables = [...weights, ...moments];
  return {
    variables,
    step,
    batch,
    train: async (steps, how = "compiled") => {
      const compiled = how === "compiled" ? compile(step, { variables }) : null;
      const losses: number[] = [];
      for (let k = 0; k < steps; k++) {
        const inputs = batch(k);
        const [loss] = compiled ? await compiled.run(...inputs) : tidy(() => step(...inputs));
        losses.push(loss!.dataSync()[0]!);
        dispose([...inputs, loss!]);
      }
      compiled?.dispose();
      const bytes = Buffer.concat(variables.map((v) => Buffer.from(v.dataSync().slice().buffer)));
      dispose(variables);
      return { losses, bytes };
    },
  };
}
