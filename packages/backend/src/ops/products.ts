import { broadcastTo, broadcast_util, einsum, matMul as inItsPrecision, mul, reshape, type Tensor } from "@tensorflow/tfjs-core";
import { computing } from "../computing.js";
import { attentionDoesNotFit, productDoesNotFit } from "./errors.js";
import { layerPath } from "../layer-path.js";
import { softmax } from "./softmax.js";

export interface MatMulOptions {
  /** `a` is given as [..., k, m]. false */
  readonly transposeA?: boolean;
  /** `b` is given as [..., n, k]. false */
  readonly transposeB?: boolean;
}

/**
 * Matrix product over the last two axes, in float32 outside of networks' layers whatever the precision (losses are: methods.md 1.4): `a` [..., m, k], `b` [..., k, n], result [..., m, n]. What stands before them is broadcast; one of the two may
 * have fewer axes, as a weight [k, n] has (then all rows of `a` are one matrix, which is the fastest form). Gradients of any order.
 * Throws where the inner lengths differ or the leading axes cannot be broadcast.
 *
 * @example matMul(tokens, weight) // [4, 196, 768] by [768, 3072]
 */
export function matMul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatMulOptions = {}): Tensor {
  const [rows, inner] = transposeA ? [a.shape.at(-1), a.shape.at(-2)] : [a.shape.at(-2), a.shape.at(-1)];
  const [also, columns] = transposeB ? [b.shape.at(-1), b.shape.at(-2)] : [b.shape.at(-2), b.shape.at(-1)];
  const fits = rows !== undefined && columns !== undefined && inner === also && broadcasts(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (!fits) throw productDoesNotFit(a.shape, b.shape, transposeA, transposeB);
  if (b.rank > 2 || a.rank === 2 || transposeA) return product(a, b, transposeA, transposeB);
  const flat = product(reshape(a, [-1, inner!]), b, false, transposeB); // [everything · m, n]
  return reshape(flat, [...a.shape.slice(0, -1), columns]);
}

/** As an einsum, which TensorFlow leaves in float32 where it turns products of a bfloat16 step into bfloat16's; its gradients too. */
function inFloat32(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  const lead = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [x, y] = [a, b].map((t) => (t.shape.slice(0, -2).join() === lead.join() ? t : broadcastTo(t, [...lead, ...t.shape.slice(-2)]))) as [
    Tensor,
    Tensor,
  ];
  const letters = "abcdef".slice(0, lead.length);
  return einsum(`${letters}${transposeA ? "ki" : "ik"},${letters}${transposeB ? "jk" : "kj"}->${letters}ij`, x, y);
}

const product = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor =>
  computing().precision === "bfloat16" && layerPath() === ""
    ? inFloat32(a, b, transposeA, transposeB)
    : inItsPrecision(a, b, transposeA, transposeB);

const broadcasts = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((n, i) => {
    const other = b[i + b.length - a.length] ?? 1;
    return n === other || n === 1 || other === 1;
  });

/**
 * Attention: softmax(scale · q·kᵀ)·v, the softmax over the keys. `q` [..., N, d], `k` [..., M, d], `v` [..., M, e], result [..., N, e]; leading axes
 * ([B, heads]) are the same in all. `scale` is 1/√d; the discriminator of methods.md 1.5 takes 1. Gradients of any order.
 * Throws where the shapes do not fit.
 *
 * @example attention(q, k, v) // [4, 12, 196, 64] each
 */
export function attention<T extends Tensor>(q: T, k: T, v: T, { scale }: { readonly scale?: number } = {}): T {
  const alike = (t: Tensor): boolean => t.rank === q.rank && t.shape.slice(0, -2).join() === q.shape.slice(0, -2).join();
  const [d, keys] = [q.shape.at(-1), k.shape.at(-2)];
  if (q.rank < 2 || !alike(k) || !alike(v) || k.shape.at(-1) !== d || v.shape.at(-2) !== keys)
    throw attentionDoesNotFit(q.shape, k.shape, v.shape);
  const scores = product(mul(q, scale ?? 1 / Math.sqrt(d!)), k as Tensor, false, true); // [..., N, M]
  return product(softmax(scores), v as Tensor) as T;
}
