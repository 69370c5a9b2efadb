import { add, concat, matMul, pad, reshape, slice, stack, tidy, transpose, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { computing } from "../computing.js";
import { after } from "./after.js";
import { frameOf, spanOf, type Frame, type Pair } from "./padding.js";

/** How a convolution of one group, its kernel [kh, kw, C, O], goes over its map. */
export interface Going {
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: "same" | "valid";
  readonly kernel: readonly [number, number, number, number];
}

/** Channels below which a product has too little to do for every number that it reads. */
const fewest = 16;
/** Multiply-accumulates below which either way is over at once, and one op is built sooner than twenty. */
const least = 2 ** 24;
/** What may be computed for nothing, beside the map and behind its rows, as a share of the map. */
const waste = 0.4;
/** Numbers of a map that are copied at once: 16 MB, which stay in the processor's cache. */
const together = 2 ** 22;

/** Whether the places of a row are one product: measured, on two cores (docs/engine.md). (512, n) by (n, 512) runs at 75 GFLOP/s, (1536, n) by (n, 512) at 125; with fewer outputs it is the other way round. */
const inRows = (channels: number, outputs: number): boolean => outputs >= 512 && channels >= 256 && channels <= 512;

/**
 * The gradient by {@link kernelGradient} where that takes less time than oneDNN's own op; null elsewhere. Nothing is made of one map before the other is there: one of them is since
 * the way forward, and TensorFlow would pad it there and then and keep the copy for the way back.
 */
export const byProducts = (x: Tensor, dy: Tensor, going: Going): Tensor | null =>
  productsPay(x, dy, going) ? tidy(() => kernelGradient(after(x, [dy]) as Tensor4D, after(dy, [x]) as Tensor4D, going)) : null;

/**
 * They pay on a CPU where oneDNN's kernels have no more than AVX2. There a convolution runs at 175 GFLOP/s, its
 * gradient in the map at 160, the one in the kernel at 25 to 70, and by products at 55 to 95 (docs/engine.md).
 */
function productsPay(x: Tensor, dy: Tensor, { stride: [s, other], dilation, kernel: [kh, kw, c, o] }: Going): boolean {
  const { device, precision, vectors } = computing();
  if (device !== "cpu" || precision !== "float32" || vectors !== "avx2") return false;
  const whole = s === other && kh % s === 0 && kw % s === 0 && (s === 1 || Math.max(...dilation) === 1);
  if (!whole || x.shape[3] !== c || Math.min(s * s * c, o) < fewest) return false;
  const [b, h, w] = dy.shape as Tensor4D["shape"];
  if (b * h * w * kh * kw * c * o < least) return false;
  const grid = (h + dilation[0] * (kh / s - 1)) * (w + dilation[1] * (kw / s - 1));
  return grid <= (1 + waste) * h * w;
}

/**
 * The gradient of a convolution in its kernel, a product of matrices for every place (u, v) of the kernel, or for every row of places:
 *
 *     dW[u, v, c, o] = Σ X[p + (u·W + v)·d, c] · D[p, o] over p
 *
 * The rows of X are the positions of the padded map one after the other, W in a row; those of D are dy's on the same grid, zeros where it has none. So a place of the
 * kernel is a distance, and all places read the same memory. With stride s the map's s×s phases stand beside each other as channels, and the kernel has (kh/s)×(kw/s)
 * places: kh and kw must be multiples of it, the same for rows and columns. `x` [B, H, W, C], `dy` [B, h, w, O], result [kh, kw, C, O].
 */
export function kernelGradient(x: Tensor4D, dy: Tensor4D, { stride: [s], dilation, padding, kernel }: Going): Tensor {
  const [kh, kw, c, o] = kernel;
  const [b, h, w] = dy.shape;
  const [down, across] = [kh / s, kw / s];
  const [rows, columns] = [h + dilation[0] * (down - 1), w + dilation[1] * (across - 1)];
  const places = range(down * across, (i) => dilation[0] * Math.floor(i / across) * columns + dilation[1] * (i % across));
  const channels = s * s * c;
  const frame = frameOf([x.shape[1], x.shape[2]], spanOf([kh, kw], dilation), s, padding);
  /** The sums over some pictures, [places, channels, O]. */
  const over = (from: number, pictures: number): Tensor => {
    const framed = padded(part(x, from, pictures) as Tensor4D, frame, [rows * s, columns * s]);
    // [B·rows, s, columns, s·C] → [B·rows, columns, s, s·C]
    const phases = s === 1 ? framed : transpose(reshape(framed, [pictures * rows, s, columns, s * c]), [0, 2, 1, 3]);
    const positions = reshape(phases, [pictures * rows * columns, channels]);
    const onGrid = padded(part(dy, from, pictures) as Tensor4D, nothing, [rows, columns]);
    const count = positions.shape[0] - places.at(-1)!;
    const d = part(reshape(onGrid, [-1, o]), 0, count);
    const seen = places.map((place) => part(positions, place, count));
    if (!inRows(channels, o)) return stack(seen.map((one) => matMul(one, d, true)));
    const row = (u: number): Tensor => matMul(concat(seen.slice(u * across, (u + 1) * across), 1), d, true); // [across·channels, O]
    return reshape(concat(range(down, row)), [places.length, channels, o]);
  };
  return tidy(() => {
    const copied = s === 1 && places.length === 1 ? 0 : rows * columns * channels;
    const each = Math.ceil(b / Math.min(b, Math.ceil((b * copied) / together) || 1));
    const parts = range(Math.ceil(b / each), (i) => over(i * each, Math.min(each, b - i * each)));
    const all = parts.reduce((sum, more) => add(sum, more));
    // [down, across, s, s, C·O] → [down, s, across, s, C·O]
    const inOrder = s === 1 ? all : transpose(reshape(all, [down, across, s, s, c * o]), [0, 2, 1, 3, 4]);
    return reshape(inOrder, [kh, kw, c, o]);
  });
}

const nothing: Frame = [
  [0, 0],
  [0, 0],
];
const range = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
/** Part of the first axis: the same memory, no copy. */
const part = (x: Tensor, from: number, count: number): Tensor =>
  count === x.shape[0] ? x : slice(x, [from, ...x.shape.slice(1).fill(0)], [count, ...x.shape.slice(1)]);

/** The map behind the frame's zeros, with as many more as make up the size; rows and columns beyond it, which no kernel reaches, are cut off. */
function padded(x: Tensor4D, [[top], [left]]: Frame, [rows, columns]: Pair): Tensor4D {
  const [b, h, w, c] = x.shape;
  const [keptRows, keptColumns] = [Math.min(h, rows - top), Math.min(w, columns - left)];
  const kept = keptRows === h && keptColumns === w ? x : slice(x, [0, 0, 0, 0], [b, keptRows, keptColumns, c]);
  const [below, behind] = [rows - top - keptRows, columns - left - keptColumns];
  const around: [number, number][] = [[0, 0], [top, below], [left, behind], [0, 0]]; // prettier-ignore
  return around.flat().every((zeros) => zeros === 0) ? kept : pad(kept, around);
}
