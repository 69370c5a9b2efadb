import {
  avgPool as average,
  customGrad,
  engine,
  maxPool as pool,
  mul,
  ones,
  pad,
  reshape,
  tensor3d,
  type NamedAttrMap,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { matMul } from "./products.js";
import { noPosition, notAMap, unpoolDoesNotFit, wrongTarget } from "./errors.js";
import { call } from "../operators/operator.js";
import { frameOf, positions, wordFor, type Frame, type Padding, type Pair } from "../operators/padding.js";

export interface PoolOptions {
  /** Height and width of the window. */
  readonly size: number;
  /** The size. */
  readonly stride?: number;
}

/**
 * The largest value of every window: `x` [B, H, W, C] to [B, ⌊(H + zeros − size)/stride⌋ + 1, …, C]. `padding` as in `conv2d`, "valid" if left out; what stands
 * around never is the largest. The gradient goes to the first largest in row-major order. Gradients of any order. Throws where no window fits.
 */
export function maxPool(x: Tensor4D, { size, stride = size, padding = "valid" }: PoolOptions & { readonly padding?: Padding }): Tensor4D {
  const [frame, plane] = [fit("maxPool", x, size, stride, padding), [x.shape[1], x.shape[2]] as const];
  const word = wordFor(plane, [size, size], stride, padding);
  if (word !== undefined) return pool(x, size, stride, word);
  return pool(pad(x, [[0, 0], [...frame[0]], [...frame[1]], [0, 0]], -Infinity), size, stride, "valid");
}

/** The mean of every window that lies inside: `x` [B, H, W, C] to [B, ⌊(H − size)/stride⌋ + 1, …, C]. Throws where no window fits. */
export function avgPool(x: Tensor4D, { size, stride = size }: PoolOptions): Tensor4D {
  fit("avgPool", x, size, stride, "valid");
  return average(x, size, stride, "valid");
}

/** The mean of every channel over all positions: `x` [B, H, W, C] to [B, 1, 1, C]. */
export function globalAvgPool(x: Tensor4D): Tensor4D {
  if (x.rank !== 4) throw notAMap("globalAvgPool", x.shape);
  const [b, h, w, c] = x.shape;
  return reshape(cellMeans(reshape(x, [b, h * w, c]), 1), [b, 1, 1, c]);
}

/**
 * The means of rows × columns cells, which may overlap where they do not divide the map: cell k of s along N positions covers ⌊kN/s⌋ … ⌈(k + 1)N/s⌉ − 1.
 * `x` [B, H, W, C] to [B, rows, columns, C]. By averaging matrices (methods.md 2.1), or a pool where the cells divide the map.
 * Throws where rows or columns are no whole numbers from 1 on.
 *
 * @example adaptiveAvgPool(x, [3, 3])
 */
export function adaptiveAvgPool(x: Tensor4D, [rows, columns]: Pair): Tensor4D {
  if (x.rank !== 4) throw notAMap("adaptiveAvgPool", x.shape);
  if (![rows, columns].every((n) => Number.isInteger(n) && n >= 1)) throw wrongTarget("adaptiveAvgPool", x.shape, [rows, columns]);
  const [b, h, w, c] = x.shape;
  if (rows > 1 && columns > 1 && h % rows === 0 && w % columns === 0) {
    const cell: [number, number] = [h / rows, w / columns];
    return average(x, cell, cell, "valid");
  }
  const tall = rows === h ? x : cellMeans(reshape(x, [b, h, w * c]), rows);
  const wide = columns === w ? tall : cellMeans(reshape(tall, [b * rows, w, c]), columns);
  return reshape(wide, [b, rows, columns, c]);
}

/**
 * Means along the middle axis, [n, positions, m] to [n, count, m]. The matrix holds ones, and what it sums is divided afterwards: bfloat16 has no third. A
 * product takes half the time of tfjs's mean and its gradient.
 */
function cellMeans(x: Tensor, count: number): Tensor {
  const n = x.shape[1]!;
  const cells = Array.from({ length: count }, (_, k) => [Math.floor((k * n) / count), Math.ceil(((k + 1) * n) / count)] as const);
  const inside = cells.map(([from, to]) => Array.from({ length: n }, (_, i) => (i >= from && i < to ? 1 : 0)));
  const sums = matMul(count === 1 ? ones([1, 1, n]) : tensor3d([inside]), x);
  return mul(sums, tensor3d([cells.map(([from, to]) => [1 / (to - from)])]));
}

/**
 * Puts every value back where a max pool found its maximum, zeros elsewhere: `y` [B, h, w, C] to the shape of `source` [B, H, W, C]. The indices are the pool's
 * own input and output: `pooled` = maxPool(source, { size, stride }), [B, h, w, C]. Of equal values the first in row-major
 * order is the maximum. Gradient in `y` only, of any order: `source` and `pooled` are places, not values (engine-ops.md §2 (B)).
 * Throws where the shapes do not belong together.
 */
export function maxUnpool(
  y: Tensor4D,
  { source, pooled, size, stride = size }: PoolOptions & { readonly source: Tensor4D; readonly pooled: Tensor4D },
): Tensor4D {
  const expected = source.shape.map((n, i) => (i === 1 || i === 2 ? positions(n, size, stride, [0, 0]) : n));
  if ([y, pooled].some(({ shape }) => shape.join() !== expected.join()))
    throw unpoolDoesNotFit(y.shape, source.shape, pooled.shape, expected);
  const attributes = { filterSize: size, strides: stride, pad: "valid", dimRoundingMode: null } as unknown as NamedAttrMap;
  return customGrad((values, save) => {
    (save as (t: Tensor[]) => void)([source, pooled]);
    return {
      value: engine().runKernel<Tensor>("MaxPoolGrad", { dy: values as Tensor, input: source, output: pooled }, attributes),
      gradFunc: (dd: Tensor, saved: Tensor[]) => call("MaxPoolGradGrad", { source: saved[0]!, pooled: saved[1]!, dd }, attributes),
    };
  })(y) as Tensor4D;
}

function fit(who: string, x: Tensor4D, size: number, stride: number, padding: Padding): Frame {
  if (x.rank !== 4) throw notAMap(who, x.shape);
  const frame = frameOf([x.shape[1], x.shape[2]], [size, size], stride, padding);
  if (([0, 1] as const).some((i) => positions(x.shape[i + 1]!, size, stride, frame[i]) < 1))
    throw noPosition(who, x.shape, [size, size], frame);
  return frame;
}
