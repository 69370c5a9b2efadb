import { add, reshape, transpose, type Tensor, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import { float32Barrier, gelu, matMul } from "@segdistill/backend/ops";
import type { Make } from "@segdistill/core/contract";

/** Between maps and vectors, each channel for itself. */
export interface PositionHeaders {
  /** Numbers that an optimiser moves: of the way down, and of the way up. */
  readonly parameters: { readonly down: number; readonly up: number };
  /** Makes the variables `<name>down/1/kernel` … `<name>up/2/bias`. */
  readonly build: (make: Make, name?: string) => BuiltHeaders;
}
export interface BuiltHeaders {
  /** M `[B, h, w, C]` to ζ `[B, C]`. */
  readonly down: (map: Tensor4D) => Tensor2D;
  /** ζ `[B, C]` to M̂ `[B, h, w, C]`. */
  readonly up: (vector: Tensor2D) => Tensor4D;
}

/**
 * Headers that act on the positions of a map and are shared by its channels, so that one number stands for each channel:
 *
 * ζ[b, c] = W₂·gelu(W₁·M[b, :, c] + b₁) + b₂ with W₁ of `hidden × h·w`, W₂ of `1 × hidden`; M̂[b, :, c] = W₄·gelu(W₃·ζ[b, c] + b₃) + b₄ with W₃ of `hidden × 1`, W₄ of
 * `h·w × hidden`. Positions are row-major. Kernels are stored as `[in, out]`. First values uniform in ±1/√in, biases too: what the authors' framework does where nothing is said [inferred].
 *
 * In a bfloat16 step what they give is float32 to what follows. methods.md 3.4.1 [code].
 *
 * @example positionHeaders({ height: 16, width: 16 }).parameters // { down: 16513, up: 16768 }
 */
export function positionHeaders(options: { readonly height: number; readonly width: number; readonly hidden?: number }): PositionHeaders {
  const { height, width, hidden = 64 } = options;
  const positions = height * width;
  return {
    parameters: { down: positions * hidden + hidden + hidden + 1, up: hidden + hidden + hidden * positions + positions },
    build: (make, name = "") => {
      const down = twoLayers(make, `${name}down`, [positions, hidden, 1]);
      const up = twoLayers(make, `${name}up`, [1, hidden, positions]);
      return {
        down: (map) => {
          const [b, , , channels] = map.shape;
          const rows = transpose(reshape(map, [b, positions, channels]), [0, 2, 1]); // [B, C, h·w]
          return float32Barrier(reshape(down(reshape(rows, [b * channels, positions])), [b, channels]));
        },
        up: (vector) => {
          const [b, channels] = vector.shape;
          const rows = reshape(up(reshape(vector, [b * channels, 1])), [b, channels, positions]);
          return float32Barrier(reshape(transpose(rows, [0, 2, 1]), [b, height, width, channels]));
        },
      };
    },
  };
}

/** [n, a] to [n, c]: linear a → b, GELU, linear b → c. */
function twoLayers(make: Make, name: string, [a, b, c]: readonly [number, number, number]): (rows: Tensor2D) => Tensor2D {
  const linear = (i: 1 | 2, from: number, to: number): ((x: Tensor) => Tensor) => {
    const first = { uniform: 1 / Math.sqrt(from) };
    const [kernel, bias] = [make.variable(`${name}/${i}/kernel`, [from, to], first), make.variable(`${name}/${i}/bias`, [to], first)];
    return (x) => add(matMul(x, kernel), bias);
  };
  const [first, second] = [linear(1, a, b), linear(2, b, c)];
  return (rows) => second(gelu(first(rows))) as Tensor2D;
}
