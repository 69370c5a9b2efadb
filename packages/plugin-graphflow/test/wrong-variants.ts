import {
  abs,
  add,
  cast,
  concat,
  div,
  expandDims,
  eye,
  floorDiv,
  greater,
  matMul,
  mean,
  mul,
  onesLike,
  reshape,
  reverse,
  scalar,
  slice,
  sqrt,
  square,
  squaredDifference,
  sub,
  sum,
  where,
  zerosLike,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { argMax, gatherWindows } from "@segdistill/backend/ops";
import type { Asked, Flow, Maps } from "./flow.js";

/** Errors that one could make, each in one place of the implementation below. */
export const wrongs = [
  "mean for sum (R1)",
  "sum for mean (R2, R3)",
  "mean over the batch",
  "batchScale upside down",
  "decoders of student and teacher swapped",
  "the last of equal maxima",
  "the largest absolute value",
  "border: nearest for zero",
  "border: zero for clamp",
  "patch one to the right",
  "no variation: the decoder's layer alone",
  "layers swapped on one side",
  "diagonal left out",
  "edges over the wrong axis",
  "distances not squared (R2)",
  "difference of distances not squared (R2)",
  "vertices not squared (R2)",
  "not normalised (R3)",
  "normalised by the squared length (R3)",
  "root of a possible zero (R3)",
  "absolute for squared difference",
  "teacher's channels reversed",
] as const;
export type Wrong = (typeof wrongs)[number] | "nothing";

/** Graph Flow written a second time, with a switch for every error. */
export const wrongFlow =
  (wrong: Wrong): Flow =>
  (asked, student, teacher) => {
    const nodes = (map: Tensor4D): Tensor => windows(map, asked, wrong);
    const swapped = wrong === "decoders of student and teacher swapped";
    const [mine, theirs]: [Maps, Maps] = swapped
      ? [
          { encoder: student.encoder, decoder: teacher.decoder },
          { encoder: teacher.encoder, decoder: student.decoder },
        ]
      : [student, teacher];
    const turned = (map: Tensor4D): Tensor4D => (wrong === "teacher's channels reversed" ? reverse(map, 3) : map);
    const ends = [theirs.encoder, theirs.decoder].map((map) => nodes(turned(map)));
    const [low, high] = (wrong === "layers swapped on one side" ? ends.reverse() : ends) as [Tensor, Tensor];
    const own = variation(nodes(mine.encoder), nodes(mine.decoder), asked, wrong);
    const other = variation(low, high, asked, wrong);
    const distance = wrong === "absolute for squared difference" ? abs(sub(own, other)) : squaredDifference(own, other);
    const b = student.encoder.shape[0];
    if (wrong === "mean over the batch") return asked.reading === "R1" ? sum(mean(distance, 0)) : div(mean(distance), b);
    const summed = asked.reading === "R1" ? wrong !== "mean for sum (R1)" : wrong === "sum for mean (R2, R3)";
    if (!summed) return mean(distance);
    const scale = wrong === "batchScale upside down" ? b / 8 : 8 / b;
    return asked.batchScale ? mul(sum(distance), scale) : sum(distance);
  };

const whole = (n: number): Tensor => scalar(n, "int32");

/** Patches around the maxima: [B, C, p²]. */
function windows(map: Tensor4D, { patch, border }: Asked, wrong: Wrong): Tensor {
  const [b, h, w, c] = map.shape;
  const flat: Tensor = reshape(wrong === "the largest absolute value" ? abs(map) : map, [b, h * w, c]);
  const last = wrong === "the last of equal maxima";
  const first = argMax(last ? reverse(flat, 1) : flat, 1);
  const place: Tensor = last ? sub(whole(h * w - 1), first) : first;
  if (wrong === "border: nearest for zero" && border === "zero") {
    const r = (patch - 1) / 2;
    const times = (x: Tensor4D): Tensor4D[] => Array.from({ length: r }, () => x);
    const column = (at: number): Tensor4D => slice(map, [0, 0, at, 0], [b, h, 1, c]);
    const wide = concat([...times(column(0)), map, ...times(column(w - 1))], 2);
    const row = (at: number): Tensor4D => slice(wide, [0, at, 0, 0], [b, 1, w + 2 * r, c]);
    const padded = concat([...times(row(0)), wide, ...times(row(h - 1))], 1);
    const y: Tensor = floorDiv(place, whole(w));
    const x = sub(place, mul(y, whole(w)));
    return gatherWindows(padded, add(mul(add(y, whole(r)), whole(w + 2 * r)), add(x, whole(r))), patch, "zero");
  }
  const at = wrong === "patch one to the right" ? add(place, whole(1)) : place;
  return gatherWindows(map, cast(at, "int32"), patch, wrong === "border: zero for clamp" ? "zero" : border);
}

function variation(low: Tensor, high: Tensor, { reading, of }: Asked, wrong: Wrong): Tensor {
  const from = (a: Tensor, z: Tensor): Tensor => (wrong === "no variation: the decoder's layer alone" ? z : sub(z, a));
  const offDiagonal = (x: Tensor): Tensor => (wrong === "diagonal left out" ? mul(x, sub(1, eye(x.shape[1]!))) : x);
  if (reading === "R2" && of === "vertex") {
    const apart = from(low, high);
    return sum(wrong === "vertices not squared (R2)" ? abs(apart) : square(apart), -1);
  }
  if (reading === "R2") {
    const distances = (nodes: Tensor): Tensor => {
      const squared = sum(square(sub(expandDims(nodes, 2), expandDims(nodes, 1))), -1);
      return wrong === "distances not squared (R2)" ? sqrt(add(squared, 1e-6)) : squared;
    };
    const apart = from(distances(low), distances(high));
    return wrong === "difference of distances not squared (R2)" ? apart : square(apart);
  }
  const unit = (nodes: Tensor): Tensor => {
    if (reading === "R1" || wrong === "not normalised (R3)") return nodes;
    const squares = sum(square(nodes), -1, true);
    if (wrong === "root of a possible zero (R3)") return div(nodes, sqrt(squares));
    const alive = greater(squares, 1e-12);
    const safe = where(alive, squares, onesLike(squares));
    return where(alive, div(nodes, wrong === "normalised by the squared length (R3)" ? safe : sqrt(safe)), zerosLike(nodes));
  };
  if (of === "vertex") return from(unit(low), unit(high));
  const edges = (nodes: Tensor): Tensor =>
    offDiagonal(wrong === "edges over the wrong axis" ? matMul(nodes, nodes, true, false) : matMul(nodes, nodes, false, true));
  return from(edges(unit(low)), edges(unit(high)));
}
