import {
  add,
  customGrad,
  mean,
  mul,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  tile,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import type { Layer } from "./layer.js";

/** What Google's checkpoints were trained with; their port in timm says 1e-5. */
const EPSILON = 1e-6;

/** Means over the channels of a group: `[B, C]` → `[B, 1, 1, C]`, the same number for all of a group. */
function overGroup(x: Tensor, groups: number): Tensor4D {
  const [b, c] = x.shape as [number, number];
  const each = mean(reshape(x, [b, groups, c / groups]), 2, true); // [B, G, 1]
  return reshape(tile(each, [1, 1, c / groups]), [b, 1, 1, c]);
}

/**
 * `scale · (x − mean) / √(variance + 1e-6) + offset`, mean and (biased) variance of each image over the positions and the channels of a group.
 * With x̂ the normalised map, r = 1/√(variance + 1e-6), M the mean over positions and group: dx = r · (scale · dy − M(scale · dy) − x̂ · M(scale · dy · x̂)).
 * A gradient of its own, because tfjs's way back through the moments makes six maps more. First order only.
 */
function normalise(map: Tensor4D, scales: Tensor1D, offsets: Tensor1D, groups: number): Tensor4D {
  const grouped = customGrad((...given) => {
    const [x, scale, offset, save] = given as unknown as [Tensor4D, Tensor1D, Tensor1D, (tensors: Tensor[]) => void];
    const centre = overGroup(mean(x, [1, 2]), groups);
    const variance = overGroup(mean(square(sub(x, centre)), [1, 2]), groups);
    const inverse = rsqrt(add<Tensor4D>(variance, EPSILON)); // r [B, 1, 1, C]
    const factor: Tensor4D = mul(inverse, scale);
    save([x, scale, centre, inverse]);
    return {
      value: add<Tensor4D>(mul(x, factor), sub(offset, mul(centre, factor))),
      gradFunc: (upstream, saved) => {
        const dy = upstream as Tensor4D;
        const [from, gamma, middle, r] = saved as [Tensor4D, Tensor1D, Tensor4D, Tensor4D];
        const positions = from.shape[1] * from.shape[2];
        const dySum: Tensor4D = sum(dy, [1, 2], true); // [B, 1, 1, C]
        const hatSum: Tensor4D = mul(sub(sum(mul(dy, from), [1, 2], true), mul(middle, dySum)), r); // Σ dy · x̂
        const flat = [from.shape[0], from.shape[3]];
        const dyMean = mul(overGroup(reshape(mul(dySum, gamma), flat), groups), 1 / positions);
        const hatMean = mul(overGroup(reshape(mul(hatSum, gamma), flat), groups), 1 / positions);
        const slope: Tensor4D = mul(mul(square(r), hatMean), -1);
        const dx = add(add(mul(dy, mul(r, gamma)), mul(from, slope)), sub(mul(mul(r, dyMean), -1), mul(middle, slope)));
        return [dx, sum(hatSum, [0, 1, 2]), sum(dySum, [0, 1, 2])];
      },
    };
  });
  return grouped(map, scales, offsets) as Tensor4D;
}

/**
 * Group norm over the positions and `channels / groups` neighbouring channels of one image, `[B, h, w, C]` → the same; the same in training and inference,
 * no statistics. Variables `scale`, `offset`. Wu and He 2018; in the ResNet of R50-ViT-B/16 32 groups [inferred: public design].
 */
export const groupNorm = (channels: number, groups: number): Layer => ({
  channels: { in: channels, out: channels },
  scale: 1,
  parameters: 2 * channels,
  macs: 0,
  build: (make, name) => {
    const scale = make.variable(`${name}/scale`, [channels], "ones") as unknown as Tensor1D;
    const offset = make.variable(`${name}/offset`, [channels], "zeros") as unknown as Tensor1D;
    return (x) => normalise(x, scale, offset, groups);
  },
});
