import {
  add,
  conv2d,
  customGrad,
  engine,
  matMul,
  mul,
  neg,
  pad,
  reshape,
  slice,
  stack,
  sub,
  tensor2d,
  transpose,
} from "@tensorflow/tfjs-core";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { after } from "../operators/after.js";

/** The kernel heights that are known; the minimal algorithm with six products makes 7 − height rows of them at once. */
export type Height = 3 | 5;
const products = 6;

/** The height of a kernel that {@link winograd} knows. */
export const isHeight = (rows: number): rows is Height => rows === 3 || rows === 5;
/** Rows of the result that are made together: the map's height must be a multiple. */
export const rowsTogether = (height: Height): 2 | 4 => (height === 3 ? 4 : 2);

/**
 * Convolution of stride 1, padded to the same size, by Winograd's minimal filtering along the columns: F(4, 3), or F(2, 5), at the points 0, ±1, ±2, ∞ (Winograd
 * 1980; Lavin and Gray, 2016). Every 4 (2) rows of the result take 6 convolutions by 1×k kernels instead of 12 (10): half the products of a 3×3 kernel, 0.6 of a 5×5
 * one. Along a row nothing changes, so the rounding error stays near that of the sum itself (root mean square 2e-6 of the map's, docs/engine.md).
 *
 *     V = Bᵀ d (rows of the map), U = G g (rows of the kernel), M_k = V_k ∗ U_k, y = Aᵀ M
 *
 * `x` [B, H, W, C], `kernel` [3 or 5, kw, C, O], H a multiple of 4 or 2; result [B, H, W, O]. Gradients of any order.
 */
export function winograd(x: Tensor4D, kernel: Tensor4D): Tensor4D {
  return customGrad((x_, kernel_, save) => {
    const [map, weights] = [x_, kernel_] as Tensor4D[] as [Tensor4D, Tensor4D];
    (save as (t: Tensor[]) => void)([map, weights]);
    const height = weights.shape[0] as Height;
    const u = ofKernel(weights);
    const m = ofMap(map, height).map((v, k) => conv2d(v, u[k]!, 1, "same"));
    return {
      value: toResult(m, height),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [old, g] = saved as [Tensor4D, Tensor4D];
        const dm = toResultBack(dy as Tensor4D, height);
        // U and V once more, and only now: kept from the way there, or V made beside dx, they would raise the peak (by 1.5 times the map for V)
        const us = ofKernel(after(g, [dy]));
        const dx = ofMapBack(
          dm.map((d, k) => inInput(d, us[k]!)),
          old.shape,
          height,
        );
        const vs = ofMap(after(old, [dx]), height);
        const du = dm.map((d, k) => inKernel(vs[k]!, d, us[k]!.shape));
        return [dx, ofKernelBack(du, g.shape)];
      },
    };
  })(x, kernel);
}

const run = (kernelName: string, inputs: Record<string, Tensor>, attributes: Record<string, unknown>): Tensor4D =>
  engine().runKernel(kernelName, inputs, { strides: [1, 1], pad: "same", dataFormat: "NHWC", ...attributes } as never);
/** The gradient of the 1×k convolution in its map; tfjs has its gradient. */
const inInput = (dy: Tensor4D, filter: Tensor4D): Tensor4D =>
  run("Conv2DBackpropInput", { dy, filter }, { inputShape: [...dy.shape.slice(0, 3), filter.shape[2]] });
/** The gradient of the 1×k convolution in its kernel. */
const inKernel = (x: Tensor4D, dy: Tensor4D, filterShape: readonly number[]): Tensor4D =>
  run("Conv2DBackpropFilter", { x, dy }, { filterShape: [...filterShape] });

/** G: the kernel's rows as values of a polynomial at the six points; the factors make up for those of B. */
const matrixOfKernel = (height: Height): number[][] => {
  const powers = (point: number): number[] => Array.from({ length: height }, (_, i) => point ** i);
  const scaled = (factor: number, point: number): number[] => powers(point).map((p) => p * factor);
  return [
    scaled(1 / 4, 0),
    scaled(-1 / 6, 1),
    scaled(-1 / 6, -1),
    scaled(1 / 24, 2),
    scaled(1 / 24, -2),
    Array.from({ length: height }, (_, i) => (i === height - 1 ? 1 : 0)),
  ];
};

/** U = G g: six kernels [1, kw, C, O] of one [height, kw, C, O]. */
function ofKernel(kernel: Tensor4D): Tensor4D[] {
  const [height, kw, c, o] = kernel.shape;
  const u = matMul(tensor2d(matrixOfKernel(height as Height)), reshape(kernel, [height, kw * c * o]));
  return Array.from({ length: products }, (_, k) => reshape(slice(u, [k, 0], [1, kw * c * o]), [1, kw, c, o]));
}

/** dg = Gᵀ dU. */
function ofKernelBack(du: readonly Tensor4D[], shape: Tensor4D["shape"]): Tensor4D {
  const all = reshape(stack([...du]), [products, -1]);
  return reshape(matMul(tensor2d(matrixOfKernel(shape[0] as Height)), all, true), shape);
}

type Six = [Tensor4D, Tensor4D, Tensor4D, Tensor4D, Tensor4D, Tensor4D];
const times = (x: Tensor4D, factor: number): Tensor4D => mul(x, factor);
/** All rows one down (+1) or up (−1), zeros where none came: what the neighbouring group holds. */
function shifted(x: Tensor4D, by: number): Tensor4D {
  if (by === 0) return x;
  const [b, t, w, c] = x.shape;
  const inner = slice(x, [0, by > 0 ? 0 : 1, 0, 0], [b, t - 1, w, c]);
  return pad(inner, [[0, 0], by > 0 ? [1, 0] : [0, 1], [0, 0], [0, 0]]);
}
/** Row `j` of the six that a group of result rows reads: which row of a group of the map it is, and of how many groups further on. */
const placeOf = (j: number, height: Height): { readonly row: number; readonly group: number } => {
  const rows = rowsTogether(height);
  const at = j - (height - 1) / 2;
  const group = Math.floor(at / rows);
  return { row: at - group * rows, group };
};

/** Row r of every group of rows, for each r: maps [B, H/rows, W, C] of one [B, H, W, C]. */
function rowsOf(x: Tensor4D, rows: number): Tensor4D[] {
  const [b, h, w, c] = x.shape;
  const groups = reshape(x, [b, h / rows, rows, w, c]);
  return Array.from({ length: rows }, (_, r) => reshape(slice(groups, [0, 0, r, 0, 0], [b, h / rows, 1, w, c]), [b, h / rows, w, c]));
}

/**
 * Six maps [B, H/rows, W, C] of one [B, H, W, C] by one product of matrices: `matrix` [6, rows] times the rows of every group. `line` is row r of every group.
 * The map is turned so that a row of all groups is one line; a line of the product is a part of it, and no copy.
 */
function sixOf(x: Tensor4D, matrix: readonly (readonly number[])[]): { readonly six: Six; readonly line: (r: number) => Tensor4D } {
  const [b, h, w, c] = x.shape;
  const rows = matrix[0]!.length;
  const size = x.size / rows;
  const lines = reshape(transpose(reshape(x, [(b * h) / rows, rows, w * c]), [1, 0, 2]), [rows, size]);
  const all = matMul(tensor2d(matrix as number[][]), lines);
  const lineOf = (of: Tensor, k: number): Tensor4D => reshape(slice(of, [k, 0], [1, size]), [b, h / rows, w, c]);
  return { six: Array.from({ length: products }, (_, k) => lineOf(all, k)) as Six, line: (r) => lineOf(lines, r) };
}

/** V = Bᵀ d: six maps [B, H/rows, W, C] of one [B, H, W, C]. */
function ofMap(x: Tensor4D, height: Height): Six {
  if (height === 5) return ofMapBySums(x);
  // rows 1 to 4 of the six are those of a group; the first and the last are its neighbours'
  const { six, line } = sixOf(x, [
    [0, -5, 0, 1],
    [-4, -4, 1, 1],
    [4, -4, -1, 1],
    [-2, -1, 2, 1],
    [2, -1, -2, 1],
    [4, 0, -5, 0],
  ]);
  const [v0, v1, v2, v3, v4, v5] = six;
  return [add(v0, times(shifted(line(3), 1), 4)), v1, v2, v3, v4, add(v5, shifted(line(0), -1))];
}

/** The same where most of the six rows are the neighbours': a product of a group's own two is slower than sums that share their parts. */
function ofMapBySums(x: Tensor4D): Six {
  const [upper, lower] = rowsOf(x, 2) as [Tensor4D, Tensor4D];
  const [d0, d1, d2, d3, d4, d5] = [shifted(upper, 1), shifted(lower, 1), upper, lower, shifted(upper, -1), shifted(lower, -1)];
  const [even, odd] = [sub(d4, times(d2, 4)), sub(d3, times(d1, 4))];
  const [far, near] = [sub(d4, d2), times(sub(d3, d1), 2)];
  return [
    add(sub(even, d2), times(d0, 4)),
    add(even, odd),
    sub(even, odd),
    add(far, near),
    sub(far, near),
    sub(sub(d5, times(d3, 4)), odd),
  ] as Six;
}

/** dd = B dV, each row added where it came from. */
function ofMapBack(dv: readonly Tensor4D[], [b, h, w, c]: Tensor4D["shape"], height: Height): Tensor4D {
  const rows = rowsTogether(height);
  const [v0, v1, v2, v3, v4, v5] = dv as Six;
  const [s1, m1, s2, m2] = [add(v1, v2), sub(v1, v2), add(v3, v4), times(sub<Tensor4D>(v3, v4), 2)];
  const d = [
    times(v0, 4),
    sub(times(sub(v5, m1), 4), m2),
    neg(add(add(times(v0, 5), times(s1 as Tensor4D, 4)), s2)),
    sub(add(m1, m2), times(v5, 5)),
    add(add(v0, s1), s2),
    v5,
  ] as Tensor4D[];
  const row = Array.from({ length: rows }, (_, r) =>
    d
      .flatMap((one, j) => {
        const place = placeOf(j, height);
        return place.row === r ? [shifted(one, place.group)] : [];
      })
      .reduce((a, z) => add(a, z)),
  );
  return reshape(stack(row, 2), [b, h, w, c]);
}

/** y = Aᵀ M: one map [B, H, W, O] of six [B, H/rows, W, O]. */
function toResult(m: readonly Tensor4D[], height: Height): Tensor4D {
  const rows = rowsTogether(height);
  const [m0, m1, m2, m3, m4, m5] = m as Six;
  const [b, t, w, o] = m0.shape;
  const [s1, d1, s2, d2] = [add(m1, m2), sub(m1, m2), add(m3, m4), sub(m3, m4)] as [Tensor4D, Tensor4D, Tensor4D, Tensor4D];
  const made =
    height === 3
      ? [add(add(m0, s1), s2), add(d1, times(d2, 2)), add(s1, times(s2, 4)), add(add(d1, times(d2, 8)), m5)]
      : [add(add(m0, s1), s2), add(add(d1, times(d2, 2)), m5)];
  return reshape(stack(made, 2), [b, t * rows, w, o]);
}

/** dM = A dy: powers of the six points; of ∞ the last row. */
const toResultBack = (dy: Tensor4D, height: Height): Six => {
  const rows = rowsTogether(height);
  const powers = [0, 1, -1, 2, -2].map((point) => Array.from({ length: rows }, (_, r) => point ** r));
  return sixOf(dy, [...powers, Array.from({ length: rows }, (_, r) => (r === rows - 1 ? 1 : 0))]).six;
};
