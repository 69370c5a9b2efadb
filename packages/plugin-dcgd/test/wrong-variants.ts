import {
  abs,
  add,
  cast,
  div,
  exp,
  eye,
  fill,
  greater,
  logSoftmax,
  matMul,
  mul,
  neg,
  onesLike,
  reshape,
  slice,
  sqrt,
  square,
  squaredDifference,
  sub,
  sum,
  tensor1d,
  where,
  zeros,
  zerosLike,
  type Tensor,
} from "@tensorflow/tfjs-core";
import type { Asked, Distance } from "./distance.js";

/** Errors that one could make, each in one place of the implementation below. */
export const wrongs = [
  "the star without its anchor: a view in the centre",
  "the anchor in the complete graph",
  "self edges",
  "pairs counted twice, divided once",
  "pairs divided by n² / 2",
  "sum for mean over pictures",
  "views of the batch for its pictures",
  "not normalised",
  "normalised by the squared length",
  "normalised over the views",
  "root of a possible zero",
  "divided by length + ε",
  "edges between student and teacher",
  "absolute for squared difference",
  "arguments of the divergence swapped",
  "edges of the divergence not divided by τ",
  "edges of the divergence multiplied by τ",
  "τ² left out",
  "τ for τ²",
  "mean over edges for the sum of the divergence",
  "softmax over the whole graph",
  "cross-entropy for divergence",
  "centre subtracted after normalising",
  "centre left out",
  "centre added",
  "one centre for both networks",
] as const;
export type Wrong = (typeof wrongs)[number] | "nothing";

/** DCGD's losses written a second time, with a switch for every error: every graph is a matrix of edges, [pictures, rows, columns], and a mask of those that count. */
export const wrongDistance =
  (wrong: Wrong): Distance =>
  (asked, student, teacher) => {
    const { loss = "mse", temperature = 0.1, nodes = "views" } = asked.options;
    const [s, t] = [unit(student, asked, "student", wrong), unit(teacher, asked, "teacher", wrong)];
    const b = student.shape[0];
    const { edges, own, counted } = asked.of === "intra" ? star(wrong) : complete(nodes, b, wrong);
    const theirs = edges(t, t);
    const mine = wrong === "edges between student and teacher" ? edges(s, t) : edges(s, s);
    const [, rows, columns] = mine.shape as [number, number, number];
    if (counted(columns) < 1) return { sum: zeros([b]), count: zeros([b]) };
    const mask = add(zerosLike(mine), own ? 1 : sub(1, eye(columns)));
    const perPicture = (mine.shape[0] * rows) / b;
    const perBatch = wrong === "sum for mean over pictures" ? b : 1;

    if (loss === "mse") {
      const distance = wrong === "absolute for squared difference" ? abs(sub(mine, theirs)) : squaredDifference(mine, theirs);
      return { sum: sum(reshape(mul(distance, mask), [b, -1]), 1), count: fill([b], (perPicture * counted(columns)) / perBatch) };
    }
    const heat = { "edges of the divergence not divided by τ": 1, "edges of the divergence multiplied by τ": 1 / temperature }[
      wrong as string
    ];
    const whole = wrong === "softmax over the whole graph";
    const logits = (x: Tensor): Tensor => {
      const all = add(div(x, heat ?? temperature), mul(sub(1, mask), -1e9));
      return whole ? reshape(all, [-1, 1, rows * columns]) : all;
    };
    const swapped = wrong === "arguments of the divergence swapped";
    const [first, second] = (swapped ? [mine, theirs] : [theirs, mine]).map((x) => logSoftmax(logits(x))) as [Tensor, Tensor];
    const parts = wrong === "cross-entropy for divergence" ? neg(mul(exp(first), second)) : mul(exp(first), sub(first, second));
    const scale = { "τ² left out": 1, "τ for τ²": temperature }[wrong as string] ?? temperature ** 2;
    const each = reshape(mul(sum(parts, -1), scale), [b, -1]);
    const divided = wrong === "mean over edges for the sum of the divergence" ? counted(columns) : 1;
    return { sum: div(sum(each, 1), divided), count: fill([b], each.shape[1]! / perBatch) };
  };

interface Graph {
  /** [pictures, rows, columns] of the nodes of two graphs. */
  readonly edges: (one: Tensor, other: Tensor) => Tensor;
  /** Whether the diagonal counts. */
  readonly own: boolean;
  /** What a row is divided by. */
  readonly counted: (columns: number) => number;
}
const products = (x: Tensor, y: Tensor): Tensor => matMul(x, y, false, true);
const some = (v: Tensor, from: number, count = v.shape[1]! - from): Tensor => slice(v, [0, from, 0], [-1, count, -1]);

const star = (wrong: Wrong): Graph => ({
  edges: (one, other) => products(some(one, wrong === "the star without its anchor: a view in the centre" ? 1 : 0, 1), some(other, 1)),
  own: true,
  counted: (columns) => columns,
});

function complete(nodes: "views" | "batch", b: number, wrong: Wrong): Graph {
  const of = (v: Tensor): Tensor => {
    if (nodes === "views") return some(v, wrong === "the anchor in the complete graph" ? 0 : 1);
    return reshape(some(v, wrong === "views of the batch for its pictures" ? 1 : 0, 1), [1, b, -1]);
  };
  return {
    edges: (one, other) => products(of(one), of(other)),
    own: wrong === "self edges",
    counted: (columns) => {
      if (wrong === "pairs counted twice, divided once") return (columns - 1) / 2;
      return wrong === "self edges" || wrong === "pairs divided by n² / 2" ? columns : columns - 1;
    },
  };
}

/** v / ‖v‖, less the centre. */
function unit(v: Tensor, { options, centre }: Asked, side: "student" | "teacher", wrong: Wrong): Tensor {
  const of = wrong === "one centre for both networks" ? "teacher" : side;
  const middle = options.centre === "sourceMean" && wrong !== "centre left out" ? tensor1d(Array.from(centre![of])) : zeros([1]);
  const late = wrong === "centre subtracted after normalising";
  const x: Tensor = late ? v : wrong === "centre added" ? add(v, middle) : sub(v, middle);
  if (wrong === "not normalised") return x;
  const squares = sum(square(x), wrong === "normalised over the views" ? 1 : -1, true);
  if (wrong === "root of a possible zero") return div(x, sqrt(squares));
  if (wrong === "divided by length + ε") return div(x, add(sqrt(add(squares, 1e-20)), 1e-6));
  const alive = greater(squares, 1e-12);
  const safe = where(alive, squares, onesLike(squares));
  const found = mul(div(x, wrong === "normalised by the squared length" ? safe : sqrt(safe)), cast(alive, "float32"));
  return late ? sub(found, middle) : found;
}
