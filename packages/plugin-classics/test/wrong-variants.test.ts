import {
  abs,
  add,
  div,
  gather,
  grads,
  log,
  matMul,
  max,
  mean,
  mul,
  reshape,
  reverse,
  square,
  squaredDifference,
  sqrt,
  sub,
  sum,
  addN,
  pow,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { adaptiveAvgPool, avgPool, crossEntropy, logSoftmax, softmax, unitVectors } from "@segdistill/backend/ops";
import { scope, type Module, type Scope } from "@segdistill/core";
import { translator } from "@segdistill/layer-pairs";
import { expect, test } from "vitest";
import { attentionDifference } from "../src/attention.js";
import { cellMaxima } from "../src/cell-maxima.js";
import { correlationDifference, spatialSimilarity } from "../src/cocod.js";
import { importanceDifference, predictionDifference, regionAffinity, regionDifference } from "../src/emkd.js";
import { factorDifference } from "../src/factor-transfer.js";
import { flowMatrix } from "../src/fsp.js";
import { classSimilarity } from "../src/intra-class-variation.js";
import { regionMeans, regionsAt } from "../src/regions.js";
import { pairDifference, softCrossEntropy } from "../src/structured-knowledge.js";
import { negativeLogLikelihood, regressor } from "../src/variational-information.js";
import { fixture, labels, type Case } from "./fixture.js";

await startEngine();

/** A term's value from the student's and the teacher's maps of a case. */
type Loss = (own: readonly Tensor4D[], other: readonly Tensor4D[], one: Case) => Tensor;
const maps =
  (f: (own: Tensor4D, other: Tensor4D) => Tensor, many = 2): Loss =>
  (own, other) =>
    addN(own.slice(0, many).map((x, i) => mean(f(x, other[i]!))));
const flat = (x: Tensor4D): Tensor => reshape(x, [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]);
const images = (x: Tensor): Tensor => reshape(x, [x.shape[0], -1]);
const first = (t: Tensor4D, like: Tensor4D): Tensor4D => gather(t, Array.from({ length: like.shape[3] }, (_, i) => i), 3); // prettier-ignore
const sized = (x: Tensor): Tensor => sum(abs(x), 3);

// AT, at power 1
const attention = (map: (x: Tensor4D) => Tensor, how: (a: Tensor, b: Tensor) => Tensor = squaredDifference): Loss =>
  maps((own, other) => how(map(own), map(other)));
// FSP
const flow = (one: (maps: readonly Tensor4D[]) => Tensor, other = one, how: (a: Tensor, b: Tensor) => Tensor = squaredDifference): Loss =>
  (own, others) => mean(how(one(own), other(others.map((t, i) => first(t, own[i]!))))); // prettier-ignore
const product = (l: Tensor4D, m: Tensor4D): Tensor => matMul(flat(l) as Tensor3D, flat(m) as Tensor3D, true);
const small = (x: Tensor4D, rows: number): Tensor4D => (x.shape[1] > rows ? avgPool(x, { size: x.shape[1] / rows }) : x);
// SKD and EMKD: logits are the last of a case's operands
const logits =
  (f: (own: Tensor4D, other: Tensor4D) => Tensor): Loss =>
  (own, other) =>
    f(own.at(-1)!, other.at(-1)!);
const pairs = (cells: (x: Tensor4D) => Tensor): Loss => ([own], [other]) => mean(squaredDifference(cells(own!), cells(other!))); // prettier-ignore
const gramOf = (x: Tensor): Tensor => matMul(x as Tensor3D, x as Tensor3D, false, true);
const cosines = (x: Tensor): Tensor => gramOf(unitVectors(x, [2]));
// IFVD and EMKD: regions of a case
const seen = (one: Case, size: readonly [number, number]) => labels(one.student[0]!.shape[0], size, one);
const at = (map: Tensor4D): [number, number] => [map.shape[1], map.shape[2]];
const counted = (values: Tensor, where: Tensor): Tensor => div(sum(mul(values, where)), sum(where));
const variation = (f: (map: Tensor4D, regions: Tensor4D) => Tensor3D, known = (one: Case) => seen(one, [16, 24])): Loss =>
  ([own], [other], one) => {
    const regions = regionsAt(known(one), at(own!));
    return counted(squaredDifference(f(own!, regions), f(other!, regions)), sum(regions, 3));
  }; // prettier-ignore
const own = (map: Tensor4D, regions: Tensor4D, centres: Tensor): Tensor4D => reshape(matMul(flat(regions) as Tensor3D, centres as Tensor3D), map.shape); // prettier-ignore
const affinity = (f: (own: Tensor4D, other: Tensor4D, regions: Tensor4D) => { readonly difference: Tensor; readonly counts: Tensor }): Loss =>
  (mine, other, one) => {
    const each = [0, 1].map((i) => f(mine[i]!, other[i]!, regionsAt(seen(one, [8, 12]), at(mine[i]!))));
    return counted(add(each[0]!.difference, each[1]!.difference), mul(each[0]!.counts, each[1]!.counts));
  }; // prettier-ignore
// CoCoD's product
const correlation = (l: (x: Tensor4D) => Tensor, swap = false): Loss => {
  const r = ([a, b]: readonly Tensor4D[]): Tensor => (swap ? matMul(l(b!) as Tensor3D, l(a!) as Tensor3D) : matMul(l(a!) as Tensor3D, l(b!) as Tensor3D)); // prettier-ignore
  return (mine, other) => mean(squaredDifference(r(mine), r(other.map((t, i) => first(t, mine[i]!)))));
};
const cells = (x: Tensor4D): Tensor => flat(adaptiveAvgPool(x, [16, 16]));

// FT and VID: what is trained beside the student, with the case's values
const trained = <M extends Module>(one: Case, each: number, i: number, build: (at: Scope, channels: readonly [number, number]) => M): M => {
  const channels = [one.student[i]!.shape[3], one.teacher[i]!.shape[3]] as const;
  const module = build(scope("here", "here", 0, new Map()), channels);
  for (const [j, variable] of Object.values(module.variables).entries()) variable.assign(one.weights![i * each + j]!);
  return module;
};
const factors =
  (f: (mine: Tensor4D, other: Tensor4D) => Tensor, translated = true): Loss =>
  (mine, other, one) => {
    const value = addN(
      mine.map((x, i) => {
        const { run } = trained(one, 6, i, (at, [c]) => at.module("t", (make) => ({ run: translator([c, c, c, c]).build(make, "conv") })));
        return mean(f(translated ? run(x) : x, first(other[i]!, x)));
      }),
    );
    return mul(value, one.options!.beta!);
  };
const whole = (x: Tensor): Tensor => unitVectors(images(x), [1]);
const likelihood =
  (f: (teacher: Tensor4D, guess: Tensor4D, variance: Tensor1D) => Tensor): Loss =>
  (mine, other, one) =>
    addN(
      mine.map((x, i) => {
        const { guess, variance } = trained(one, 4, i, (at, [from, to]) => at.module("r", (make) => regressor(make, { from, to })));
        return mean(f(other[i]!, guess(x), variance()));
      }),
    );

/** Cases of a fixture that a loss is held against, and how it reads them. */
interface Held {
  readonly file: string;
  readonly term: string;
  readonly of?: (one: Case) => boolean;
  readonly right: Loss;
  readonly wrong: Readonly<Record<string, Loss>>;
}
/** Every loss as it is, and errors that one could make: at least one case of the fixture has to tell each. */
const held: Readonly<Record<string, Held>> = {
  AT: {
    file: "attention",
    term: "maps",
    of: ({ options }) => options!.power === 1,
    right: maps((a, b) => attentionDifference(a, b, { power: 1 })),
    wrong: {
      "sum for mean": (mine, other) => addN(mine.map((x, i) => sum(attentionDifference(x, other[i]!, { power: 1 })))),
      "length over the batch": attention((x) => unitVectors(images(sized(x)), [0])),
      "not of length 1": attention((x) => images(sized(x))),
      "no absolute value": attention((x) => unitVectors(images(sum(x, 3)), [1])),
      "absolute value after the sum": attention((x) => unitVectors(images(abs(sum(x, 3))), [1])),
      "tfjs's slope of |x| at 0": attention((x) => unitVectors(images(sized(x)), [1])),
      "absolute for squared difference": attention((x) => unitVectors(images(sized(x)), [1]), (a, b) => abs(sub(a, b))), // prettier-ignore
      "the original's power": maps((a, b) => attentionDifference(a, b, { power: 2 })),
      "the encoder's map alone": maps((a, b) => attentionDifference(a, b, { power: 1 }), 1),
    },
  },
  FSP: {
    file: "fsp",
    term: "flow",
    right: flow(([l, m]) => flowMatrix(l!, m!)),
    wrong: {
      "not divided by n": flow(([l, m]) => mul(flowMatrix(l!, m!), Math.min(l!.shape[1] * l!.shape[2], m!.shape[1] * m!.shape[2]))),
      "n before the pool": flow(([l, m]) =>
        div(mul(flowMatrix(l!, m!), Math.min(l!.shape[1], m!.shape[1]) ** 2), Math.max(l!.shape[1], m!.shape[1]) ** 2),
      ),
      "means for maxima": flow(([l, m]) => { const rows = Math.min(l!.shape[1], m!.shape[1]); const [a, b] = [small(l!, rows), small(m!, rows)]; return div(product(a, b), a.shape[1] * a.shape[2]); }), // prettier-ignore
      "channels reversed on one side": flow(([l, m]) => flowMatrix(l!, m!), ([l, m]) => reverse(flowMatrix(l!, m!), 1)), // prettier-ignore
      "absolute for squared difference": flow(([l, m]) => flowMatrix(l!, m!), undefined, (a, b) => abs(sub(a, b))), // prettier-ignore
    },
  },
  FT: {
    file: "factor-transfer",
    term: "factors",
    right: factors(factorDifference),
    wrong: {
      "squared for absolute difference": factors((a, b) => squaredDifference(whole(a), whole(b))),
      "length of every position": factors((a, b) => abs(sub(unitVectors(a, [3]), unitVectors(b, [3])))),
      "not of length 1": factors((a, b) => abs(sub(a, b))),
      "the largest value for the length": factors((a, b) => abs(sub(...([a, b].map((x) => div(images(x), max(abs(images(x)), 1, true))) as [Tensor, Tensor])))), // prettier-ignore
      "no translator": factors(factorDifference, false),
      "beta squared": (mine, other, one) => mul(factors(factorDifference)(mine, other, one), one.options!.beta!),
    },
  },
  VID: {
    file: "variational-information",
    term: "likelihood",
    right: likelihood(negativeLogLikelihood),
    wrong: {
      "no half": likelihood((t, g, s) => mul(negativeLogLikelihood(t, g, s), 2)),
      "the deviation's logarithm": likelihood((t, g, s) => mul(add(div(squaredDifference(t, g), s), mul(log(s), 0.5)), 0.5)),
      "a variance that is squared": likelihood((t, g, s) => negativeLogLikelihood(t, g, square(s))),
      "precision for variance": likelihood((t, g, s) => negativeLogLikelihood(t, g, div(1, s))),
      "no logarithm": likelihood((t, g, s) => mul(div(squaredDifference(t, g), s), 0.5)),
      "one variance for all channels": likelihood((t, g, s) => negativeLogLikelihood(t, g, add(mul(s, 0), mean(s)))),
    },
  },
  "SKD, pixels": {
    file: "structured-knowledge",
    term: "pixels",
    of: ({ options, kind }) => options!.reduction === "sum" && kind === "random",
    right: (mine, other) => pixelsOf(softCrossEntropy(mine.at(-1)!, other.at(-1)!)),
    wrong: {
      "teacher and student swapped": logits((a, b) => pixelsOf(crossEntropy(b, softmax(a)) as Tensor3D)),
      "divergence for cross-entropy": logits((a, b) => pixelsOf(sum(mul(softmax(b), sub(logSoftmax(b), logSoftmax(a))), -1))),
      "mean for sum over the batch": logits((a, b) => div(pixelsOf(softCrossEntropy(a, b)), a.shape[0])),
      "pixels that are not valid count": logits((a, b) => sum(mean(softCrossEntropy(a, b), [1, 2]))),
      "probabilities for logits": logits((a, b) => pixelsOf(crossEntropy(softmax(a), softmax(b)) as Tensor3D)),
    },
  },
  "SKD, pairs": {
    file: "structured-knowledge",
    term: "pairs",
    of: ({ options }) => options!.kernel === "half",
    right: (mine, other) => mean(pairDifference(mine[0]!, other[0]!, { kernel: "half" })),
    wrong: {
      "normalised over positions": pairs((x) => gramOf(unitVectors(cellMaxima(x, "half"), [1]))),
      "not normalised": pairs((x) => gramOf(cellMaxima(x, "half"))),
      "means for maxima": pairs((x) => cosines(flat(adaptiveAvgPool(x, [2, 2])))),
      "the last of equal maxima": pairs((x) => cosines(reverse(cellMaxima(reverse(x, [1, 2]), "half"), 1))),
      "sum over pairs": (mine, other) => mul(mean(pairDifference(mine[0]!, other[0]!, { kernel: "half" })), 16),
      "kernel 2": (mine, other) => mean(pairDifference(mine[0]!, other[0]!, { kernel: 2 })),
    },
  },
  IFVD: {
    file: "intra-class-variation",
    term: "variation",
    right: variation(classSimilarity),
    wrong: {
      "means over the batch": variation((x, r) => { const all = (t: Tensor4D): Tensor4D => reshape(t, [1, -1, 1, t.shape[3]]); return reshape(classSimilarity(all(x), all(r)), x.shape.slice(0, 3) as [number, number, number]); }), // prettier-ignore
      "not normalised": variation((x, r) => sum(mul(x, own(x, r, regionMeans(x, r))), 3)),
      "distance for cosine": variation((x, r) => sum(squaredDifference(x, own(x, r, regionMeans(x, r))), 3)),
      "pixels that are not valid count": variation(classSimilarity, (one) => { const known = seen(one, [16, 24]); return { ...known, valid: add(mul(known.valid, 0), 1) }; }), // prettier-ignore
      "images without a label count": variation(classSimilarity, (one) => { const known = seen(one, [16, 24]); return { ...known, labelled: add(mul(known.labelled, 0), 1) }; }), // prettier-ignore
      "sum over all positions": ([a], [b], one) => { const r = regionsAt(seen(one, [16, 24]), at(a!)); return mean(squaredDifference(classSimilarity(a!, r), classSimilarity(b!, r))); }, // prettier-ignore
    },
  },
  "EMKD, prediction maps": {
    file: "emkd",
    term: "prediction-maps",
    right: (mine, other, one) => counted(predictionDifference(mine[2]!, other[2]!, { temperature: 4 }), seen(one, [8, 12]).valid),
    wrong: {
      "no square of the temperature": (mine, other, one) => div(counted(predictionDifference(mine[2]!, other[2]!, { temperature: 4 }), seen(one, [8, 12]).valid), 4), // prettier-ignore
      "teacher and student swapped": (mine, other, one) => counted(predictionDifference(other[2]!, mine[2]!, { temperature: 4 }), seen(one, [8, 12]).valid), // prettier-ignore
      "pixels that are not valid count": (mine, other) => mean(predictionDifference(mine[2]!, other[2]!, { temperature: 4 })),
      "mean over classes": (mine, other, one) => div(counted(predictionDifference(mine[2]!, other[2]!, { temperature: 4 }), seen(one, [8, 12]).valid), one.classes!), // prettier-ignore
      "temperature 1": (mine, other, one) => counted(predictionDifference(mine[2]!, other[2]!, { temperature: 1 }), seen(one, [8, 12]).valid), // prettier-ignore
    },
  },
  "EMKD, importance maps": {
    file: "emkd",
    term: "importance-maps",
    right: maps(importanceDifference),
    wrong: {
      "second powers": maps((a, b) => attentionDifference(a, b, { power: 2 })),
      "fourth power of the mean": maps((a, b) => squaredDifference(...([a, b].map((x) => unitVectors(images(pow(mean(x, 3), 4)), [1])) as [Tensor, Tensor]))), // prettier-ignore
      "length over the batch": maps((a, b) => squaredDifference(...([a, b].map((x) => unitVectors(images(mean(pow(x, 4), 3)), [0, 1])) as [Tensor, Tensor]))), // prettier-ignore
      "length of the difference": maps((a, b) => sqrt(mul(importanceDifference(a, b), a.shape[1] * a.shape[2]))),
    },
  },
  "EMKD, regions": {
    file: "emkd",
    term: "region-affinity",
    of: ({ absent }) => absent !== true,
    right: affinity(regionDifference),
    wrong: {
      "a region with itself too": affinity((a, b, r) => ({ ...regionDifference(a, b, r), difference: mean(squaredDifference(regionAffinity(a, r), regionAffinity(b, r)), [1, 2]) })), // prettier-ignore
      "not squared": affinity((a, b, r) => { const found = regionDifference(a, b, r); return { ...found, difference: sqrt(add(found.difference, 1e-12)) }; }), // prettier-ignore
      "all images count": affinity((a, b, r) => { const found = regionDifference(a, b, r); return { ...found, counts: add(mul(found.counts, 0), 1) }; }), // prettier-ignore
      "products for cosines": affinity((a, b, r) => { const [x, y] = [regionMeans(a, r), regionMeans(b, r)].map(gramOf) as [Tensor, Tensor]; return { ...regionDifference(a, b, r), difference: mean(squaredDifference(x, y), [1, 2]) }; }), // prettier-ignore
    },
  },
  CoCoD: {
    file: "cocod",
    term: "correlation",
    of: ({ options }) => options!.correlation === "product",
    right: (mine, other) => mean(correlationDifference({ encoder: mine[0]!, decoder: mine[1]! }, { encoder: first(other[0]!, mine[0]!), decoder: first(other[1]!, mine[1]!) }, "product")), // prettier-ignore
    wrong: {
      "layers swapped": correlation(spatialSimilarity, true),
      "length as a whole": correlation((x) => unitVectors(gramOf(cells(x)), [1, 2])),
      "not of length 1": correlation((x) => gramOf(cells(x))),
      "positions of length 1, not rows": correlation((x) => cosines(cells(x))),
      "the difference": (mine, other) => mean(correlationDifference({ encoder: mine[0]!, decoder: mine[1]! }, { encoder: first(other[0]!, mine[0]!), decoder: first(other[1]!, mine[1]!) }, "difference")), // prettier-ignore
    },
  },
};

function pixelsOf(each: Tensor): Tensor {
  const [b, h, w] = each.shape as [number, number, number];
  const valid = reshape(Array.from({ length: b * h * w }, (_, u) => Number(u % 7 !== 3)), [b, h, w]); // prettier-ignore
  return sum(div(sum(mul(each, valid), [1, 2]), sum(valid, [1, 2])));
}

/** Whether value and gradients are PyTorch's in every case, to 1e-4. */
function agrees(loss: Loss, { file, term, of = () => true }: Held): boolean {
  const cases = fixture(file).cases.filter(of);
  expect(cases.length).toBeGreaterThan(1);
  return cases.every((one) => {
    const { value, gradient } = one.terms[term]!;
    const value_ = loss(one.student, one.teacher, one).dataSync()[0]!;
    const slopes = grads((...mine: Tensor[]) => add(loss(mine as Tensor4D[], one.teacher, one), mul(0, addN(mine.map((x) => sum(x))))))([
      ...one.student,
    ]);
    const near = (found: Tensor, expected: Tensor): boolean => {
      const [a, b] = [found.dataSync(), expected.dataSync()];
      const most = Math.max(...b.map(Math.abs));
      return a.every((x, i) => Math.abs(x - b[i]!) <= (most < 1e-12 ? 1e-6 : 1e-4 * most));
    };
    return (
      Math.abs(value_ - value) <= (Math.abs(value) < 1e-12 ? 1e-6 : 1e-4 * Math.abs(value)) && slopes.every((g, i) => near(g, gradient[i]!))
    );
  });
}

test.each(Object.entries(held))("%s as it is agrees with the fixture", (_, one) => expect(agrees(one.right, one)).toBe(true));

const wrongs = Object.entries(held).flatMap(([method, one]) => Object.entries(one.wrong).map(([what, loss]) => [method, what, loss, one] as const)); // prettier-ignore
test.each(wrongs)("%s: %s is told", (_, __, loss, one) => expect(agrees(loss, one)).toBe(false));
