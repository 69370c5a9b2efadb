import { reshape, slice, squaredDifference, squeeze, tensor1d, type Tensor } from "@tensorflow/tfjs-core";
import { gather, matMul, softenedDivergence, unitVectors } from "@segdistill/backend/ops";

/** How the edges of the student's graph are held to the teacher's. */
export type EdgeLoss = { readonly loss: "mse" } | { readonly loss: "kl"; readonly temperature: number };

/** ⟨v̂ᵢ, v̂ⱼ⟩ of every two nodes, v̂ = v / ‖v‖: `[…, n, d]` to `[…, n, n]`. */
const cosines = (nodes: Tensor): Tensor => {
  const units = unitVectors(nodes);
  return matMul(units, units, { transposeB: true });
};

/**
 * Edges of the star: the first node is its centre, and there is one edge to each other one, none between those.
 *
 * e_k = ⟨v̂⁰, v̂ᵏ⟩, k = 1 … K, with v̂ = v / ‖v‖, and 0 where ‖v‖ ≤ 1e-6.
 *
 * `nodes` `[B, 1 + K, d]`, latent vectors of the anchor and of K views; result `[B, K]` in [−1, 1] but for rounding. methods.md 3.5: the star [code: figure], cosines [ours].
 *
 * @example starEdges(stack([anchor, ...views], 1))
 */
export function starEdges(nodes: Tensor): Tensor {
  const [b, n, d] = nodes.shape as [number, number, number];
  const units = unitVectors(nodes);
  const [centre, others] = [slice(units, [0, 0, 0], [b, 1, d]), slice(units, [0, 1, 0], [b, n - 1, d])];
  return squeeze(matMul(others, centre, { transposeB: true }), [2]); // [B, K, 1] to [B, K]
}

/**
 * Edges of the complete graph, as rows: row i holds the edges of node i to all others, in their order, without the one to itself. Every edge stands in two rows.
 *
 * e_ij = ⟨v̂ⁱ, v̂ʲ⟩, i ≠ j, with v̂ = v / ‖v‖, and 0 where ‖v‖ ≤ 1e-6.
 *
 * `nodes` `[…, n, d]`, n ≥ 2; result `[…, n, n − 1]` in [−1, 1] but for rounding. methods.md 3.5: the complete graph [code: figure], cosines [ours].
 *
 * @example completeEdges(views) // [B, K, d] to [B, K, K − 1]
 */
export function completeEdges(nodes: Tensor): Tensor {
  const [n, all] = [nodes.shape.at(-2)!, nodes.shape.slice(0, -2)];
  const others = Array.from({ length: n * n }, (_, at) => at).filter((at) => at % (n + 1) !== 0); // the diagonal's places are multiples of n + 1
  const flat = reshape(cosines(nodes), [...all, n * n]);
  return reshape(gather(flat, tensor1d(others, "int32"), -1), [...all, n, n - 1]);
}

/**
 * How far the student's edges are from the teacher's.
 *
 * `mse`: (e_T − e_S)², entry by entry, `[…, E]`. `kl`: τ²·KL(softmax(e_T / τ) ‖ softmax(e_S / τ)) over the last axis, one number a row, `[…]`, in nats; the teacher is the
 * target. The loss is the mean of either over everything: with the rows of the complete graph, in which every edge stands twice, `mse` is 2 / (B·n·(n − 1)) Σ_{i<j} (…)².
 *
 * `student` and `teacher` are edges of one shape `[…, E]`. methods.md 3.5 [ours].
 *
 * @example mean(edgeDifference(starEdges(student), starEdges(teacher), { loss: "mse" }))
 */
export function edgeDifference(student: Tensor, teacher: Tensor, how: EdgeLoss): Tensor {
  return how.loss === "mse" ? squaredDifference(teacher, student) : softenedDivergence(student, teacher, how.temperature);
}
