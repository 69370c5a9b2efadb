import { add, cast, concat, greaterEqual, mul, reshape, tile, type Tensor, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import { batchNorm, batchNormInference, conv2d, float32Barrier, relu } from "@segdistill/backend/ops";
import type { Make, NetworkSpec, Pass } from "@segdistill/core/contract";

/** A convolution without bias, "same". */
export function conv(make: Make, name: string, i: number, o: number, k: number): (x: Tensor4D, stride?: number) => Tensor4D {
  const kernel = make.variable(`${name}/kernel`, [k, k, i, o], { normal: Math.sqrt(2 / (k * k * i)) }) as Tensor as Tensor4D;
  return (x, stride = 1) => conv2d(x, kernel, { stride });
}

export function norm(make: Make, name: string, c: number): (x: Tensor4D, pass: Pass) => Tensor4D {
  const [scale, offset] = [
    make.variable(`${name}/scale`, [c], "ones") as Tensor as Tensor1D,
    make.variable(`${name}/offset`, [c], "zeros") as Tensor as Tensor1D,
  ];
  const [mean, variance] = [make.state(`${name}/mean`, [c], "zeros"), make.state(`${name}/variance`, [c], "ones")];
  return (x, pass) => {
    if (pass.mode === "inference")
      return batchNormInference(x, { mean: mean.value as Tensor1D, variance: variance.value as Tensor1D, scale, offset });
    const now = batchNorm(x, scale, offset);
    mean.move(add(mul(mean.value, 0.9), mul(now.mean, 0.1)), pass);
    variance.move(add(mul(variance.value, 0.9), mul(now.variance, 0.1)), pass);
    return now.value;
  };
}

/** Nearest ×2. */
export function double(x: Tensor4D): Tensor4D {
  const [b, h, w, c] = x.shape;
  const wide = reshape(tile(reshape(x, [b * h * w, 1, c]), [1, 2, 1]), [b * h, 1, 2 * w * c]);
  return reshape(tile(wide, [1, 2, 1]), [b, 2 * h, 2 * w, c]);
}

type Tap = "encoder/2" | "decoder/2";
export interface TinyOptions {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  readonly dropout?: number;
  /** Without it images do not meet. */
  readonly norm?: boolean;
}

/** A U-Net of `depth` halvings: stands for teacher (depth 2) and student (depth 3). */
export function tinyUNet(options: TinyOptions): NetworkSpec<Tap> {
  const { name, width: c, depth, dropout = 0 } = options;
  const widths = Array.from({ length: depth + 1 }, (_, i) => c * 2 ** i);
  const tap = { stride: 2, channels: widths[1]! };
  return {
    name,
    options: { width: c, depth, dropout, norm: options.norm ?? true },
    inputChannels: 1,
    classes: 2,
    multiple: 2 ** depth,
    bottleneck: { stride: 2 ** depth, channels: widths[depth]! },
    taps: { "encoder/2": tap, "decoder/2": tap },
    build: (scope) =>
      scope.module("", (make) => {
        const block = (at: string, i: number, o: number) => {
          const [f, n] = [conv(make, at, i, o, 3), options.norm === false ? undefined : norm(make, at, o)];
          return (x: Tensor4D, pass: Pass, stride = 1): Tensor4D => relu(n ? n(f(x, stride), pass) : f(x, stride));
        };
        const down = widths.map((w, i) => block(`down${i}`, i ? widths[i - 1]! : 1, w));
        const up = widths.slice(0, -1).map((w, i) => block(`up${i}`, w + widths[i + 1]!, w));
        const head = conv(make, "head", c, 2, 1);
        return {
          encode: (images: Tensor4D, pass: Pass) => {
            const maps = down.reduce<Tensor4D[]>((all, f, i) => [...all, f(all[i - 1] ?? images, pass, i ? 2 : 1)], []);
            return { bottleneck: maps[depth]!, skips: maps.slice(0, depth), taps: { "encoder/2": maps[1]! } };
          },
          decode: ({ bottleneck, skips }: { bottleneck: Tensor4D; skips: readonly Tensor4D[] }, pass: Pass) => {
            let [x, half] = [bottleneck, bottleneck];
            for (let i = depth - 1; i >= 0; i--) {
              x = up[i]!(concat([skips[i]!, double(x)], 3), pass);
              if (i === 1) half = x;
            }
            if (dropout > 0 && pass.mode === "train")
              x = mul(x, cast(greaterEqual(pass.noise.uniform("head", [1, 1, c]), dropout), "float32"));
            return { logits: float32Barrier(head(x)), taps: { "decoder/2": half } };
          },
        };
      }),
  };
}
