import {
  add,
  reshape,
  slice,
  squeeze,
  transpose,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import type { Make } from "@segdistill/core/contract";
import { attention, gelu, layerNorm as normalise, matMul, resizeBilinear } from "@segdistill/backend/ops";
import { added } from "./added.js";
import { xavierUniform } from "./initialisers.js";
import { sequence, type Layer } from "./layer.js";
import { plain } from "./shapes.js";

/**
 * One matrix at every position: `[B, h, w, in]` → `[B, h, w, out]`, `x · kernel + bias`; variables `kernel` `[in, out]`, `bias`.
 * First values: Xavier-uniform, biases 0 [ours].
 */
const linear = ({ in: from, out }: { readonly in: number; readonly out: number }): Layer => ({
  channels: { in: from, out },
  scale: 1,
  parameters: from * out + out,
  macs: from * out,
  build: (make, name) => {
    const kernel = make.variable(`${name}/kernel`, [from, out], xavierUniform({ in: from, out })) as Tensor as Tensor2D;
    const bias = make.variable(`${name}/bias`, [out], "zeros") as Tensor as Tensor1D;
    return (x) => {
      const [b, h, w] = x.shape;
      return reshape(add(matMul(reshape(x, [b * h * w, from]), kernel), bias), [b, h, w, out]);
    };
  },
});

/** Layer norm over the channels of every position, epsilon 1e-6 as in public ViTs; variables `scale`, `offset`. */
export const layerNorm = (channels: number): Layer => ({
  ...plain(channels, 1, (x) => x),
  parameters: 2 * channels,
  build: (make, name) => {
    const scale = make.variable(`${name}/scale`, [channels], "ones") as Tensor as Tensor1D;
    const offset = make.variable(`${name}/offset`, [channels], "zeros") as Tensor as Tensor1D;
    return (x) => normalise(x, scale, offset, 1e-6);
  },
});

/**
 * Every position looks at all others of its image: softmax(q·kᵀ/√d)·v for each head, d = C / heads, then one matrix more. `[B, h, w, C]` → the same.
 * q, k and v come from one matrix, `qkv/kernel` `[C, 3C]`: the first C columns give q, head after head. Vaswani et al. 2017.
 * Its multiply-accumulates besides the matrices: 2 · C · (h·w)² for q·kᵀ and the product with v.
 */
function selfAttention({ channels, heads }: { readonly channels: number; readonly heads: number }): Layer {
  const [mix, out] = [linear({ in: channels, out: 3 * channels }), linear({ in: channels, out: channels })];
  const width = channels / heads;
  return {
    channels: { in: channels, out: channels },
    scale: 1,
    parameters: mix.parameters + out.parameters,
    macs: mix.macs + out.macs,
    pooledMacs: (height, width) => 2 * channels * (height * width) ** 2,
    build: (make, name) => {
      const [qkv, last] = [mix.build(make, `${name}/qkv`), out.build(make, `${name}/out`)];
      return (x, pass) => {
        const [b, h, w] = x.shape;
        const split = transpose(reshape(qkv(x, pass), [b, h * w, 3, heads, width]), [2, 0, 3, 1, 4]); // [3, B, heads, N, d]
        const part = (i: number): Tensor4D => squeeze(slice(split, [i, 0, 0, 0, 0], [1, b, heads, h * w, width]), [0]);
        const seen = attention(part(0), part(1), part(2)); // [B, heads, N, d]
        return last(reshape(transpose(seen, [0, 2, 1, 3]), [b, h, w, channels]), pass);
      };
    },
  };
}

/**
 * ViT's layer: x + attention(norm(x)), then x + MLP(norm(x)), the MLP one GELU (erf form) between two matrices. Variables `attention/norm/…`,
 * `attention/heads/qkv/…`, `attention/heads/out/…`, `mlp/norm/…`, `mlp/widen/…`, `mlp/narrow/…`. Dosovitskiy et al. 2020; without dropout [ours].
 */
export function transformerLayer(options: { readonly channels: number; readonly heads: number; readonly inner: number }): Layer {
  const { channels, heads, inner } = options;
  return sequence([
    [
      "attention",
      added({
        path: sequence([
          ["norm", layerNorm(channels)],
          ["heads", selfAttention({ channels, heads })],
        ]),
      }),
    ],
    [
      "mlp",
      added({
        path: sequence([
          ["norm", layerNorm(channels)],
          ["widen", linear({ in: channels, out: inner })],
          ["act", plain(inner, 1, (x) => gelu(x))],
          ["narrow", linear({ in: inner, out: channels })],
        ]),
      }),
    ],
  ]);
}

/**
 * Adds a learned number to every position and channel: a grid `[rows, columns, C]`, which maps of another size get bilinearly resized (half-pixel centres)
 * [ours]; gradients reach it through the resizing. First values: normal, deviation 0.02 [ours].
 */
export const positions = (channels: number, [rows, columns]: readonly [number, number]): Layer => ({
  ...plain(channels, 1, (x) => x),
  parameters: rows * columns * channels,
  build: (make: Make, name) => {
    const grid = make.variable(`${name}/grid`, [rows, columns, channels], { normal: 0.02 }) as Tensor as Tensor3D;
    return (x) => {
      const [, h, w] = x.shape;
      const whole: Tensor4D = reshape(grid, [1, rows, columns, channels]);
      return add(x, h === rows && w === columns ? whole : resizeBilinear(whole, [h, w]));
    };
  },
});
