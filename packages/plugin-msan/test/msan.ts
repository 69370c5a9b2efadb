import {
  add,
  div,
  grads,
  mul,
  reshape,
  sum,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import type { Built, Loss, Make, Step, Wants } from "@segdistill/core/contract";
import { consistencyTraining } from "../src/consistency.js";
import {
  consistency,
  hasForeground,
  maskCrossEntropy,
  maskDice,
  maskDiceLoss,
  masksOf,
  positionHeaders,
  type BuiltHeaders,
} from "../src/index.js";
import { reconstructing, summarising } from "../src/semantic-autoencoder.js";

/** Kernels `[in, out]` by short names: w1 b1 w2 b2 down, w3 b3 w4 b4 up; enterw enterb leavew leaveb of an aligner whose channels are not d. */
export type Weights = Readonly<Record<string, Tensor>>;

interface Known {
  readonly labels: Tensor4D;
  readonly valid: Tensor3D;
  readonly labelled: Tensor1D;
}
export interface MasksCase extends Known {
  readonly emptyMasks: "drop" | "keep";
  /** S1 (i), (ii), or both at once. */
  readonly stage: "autoencoder" | "headers" | "joint";
  /** What E makes of the masks, unless a weight `map` does. */
  readonly map: Tensor4D;
  readonly decode: (map: Tensor4D) => Tensor4D;
}
export interface ActCase extends Known {
  readonly act: Readonly<Record<Part, number>>;
  /** d */
  readonly size: number;
  readonly bottleneck: Tensor4D;
  readonly skip: Tensor4D;
  readonly decode: (bottleneck: Tensor4D, skip: Tensor4D) => Tensor4D;
  readonly view: { readonly bottleneck: Tensor4D; readonly skip: Tensor4D; readonly labels: Tensor4D; readonly valid: Tensor3D };
  readonly zeta: (picture: Pick<Known, "labels" | "valid">) => Tensor2D;
}
export type Part = "latent" | "reconstruction" | "consistency" | "augmentation";
/** By name; a weight of 0 leaves a term out. */
export type Terms = Readonly<Record<string, { readonly weight: number; readonly loss: () => Loss }>>;

/** All that the package computes, as functions of plain tensors. */
export interface Msan {
  readonly headers: (shape: { readonly height: number; readonly width: number }, weights: Weights) => BuiltHeaders;
  readonly masksOf: typeof masksOf;
  readonly hasForeground: typeof hasForeground;
  readonly maskCrossEntropy: typeof maskCrossEntropy;
  readonly maskDiceLoss: typeof maskDiceLoss;
  readonly maskDice: typeof maskDice;
  readonly consistency: typeof consistency;
  readonly masks: (given: MasksCase, weights: Weights) => Terms;
  readonly act: (given: ActCase, weights: Weights) => Terms;
}

const short: Readonly<Record<string, string>> = {
  "down/1/kernel": "w1",
  "down/1/bias": "b1",
  "down/2/kernel": "w2",
  "down/2/bias": "b2",
  "up/1/kernel": "w3",
  "up/1/bias": "b3",
  "up/2/kernel": "w4",
  "up/2/bias": "b4",
  "enter/kernel": "enterw",
  "enter/bias": "enterb",
  "leave/kernel": "leavew",
  "leave/bias": "leaveb",
};
/** Variables are the weights themselves, so that gradients go to them. */
const making = (weights: Weights): Make => ({
  variable: (name, shape) => {
    const found = weights[short[name]!]!;
    if (found.size !== shape.reduce((all, n) => all * n, 1)) throw new Error(`${name} is [${shape.join()}], given ${found.size} numbers`);
    return reshape(found, [...shape]) as never;
  },
  state: () => {
    throw new Error("no state here");
  },
});
const once = <T>(): ((name: string, make: () => T) => T) => {
  const made = new Map<string, T>();
  return (name, make) => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name)!;
  };
};
const named = (built: Built<Step<Wants>>, step: unknown): Terms =>
  Object.fromEntries(
    built.terms!.map(({ name, weight = 1, loss }) => [name, { weight: weight as number, loss: () => loss(step as Step<Wants>) }]),
  );
const build = (method: { readonly build?: unknown }, site: unknown): Built<Step<Wants>> =>
  (method.build as (site: unknown) => Built<Step<Wants>>)(site);

/** The package itself; its methods are built in a place where networks and the autoencoder are what the case says. */
export const ours: Msan = {
  ...{ masksOf, hasForeground, maskCrossEntropy, maskDiceLoss, maskDice, consistency },
  headers: (shape, weights) => positionHeaders({ ...shape, hidden: weights["w1"]!.shape[1]! }).build(making(weights)),
  masks: ({ emptyMasks, stage, map, decode, ...known }, weights) => {
    const [, height, width, channels] = map.shape;
    const options = { width: channels / 8, hidden: weights["w1"]?.shape[1] ?? 1, emptyMasks, least: 0.9, otherwise: "stop" } as const;
    const toy = { encode: () => (weights["map"] as Tensor4D | undefined) ?? map, decode, latent: { height, width, channels } };
    const method = stage === "headers" ? summarising(options) : reconstructing(options, stage === "joint");
    const [, h, w, classes] = known.labels.shape;
    const picture = { height: 8 * height, width: 8 * width, channels: 1, classes };
    if (h % height !== 0 || w % width !== 0) throw new Error("cells are whole pixels");
    const built = build(method, {
      picture,
      use: () => toy,
      scope: { module: (name: string, make: (make: Make) => object) => (name === "autoencoder" ? toy : make(making(weights))) },
    });
    return named(built, { ...known, pass: () => undefined, once: once() });
  },
  act: ({ act, size, bottleneck, skip, decode, view, zeta, ...known }, weights) => {
    const [, height, width, channels] = bottleneck.shape;
    const method = consistencyTraining("teacher", { ...act, hidden: weights["w1"]!.shape[1]!, views: [] });
    const answer = (map: Tensor4D, own: Tensor4D) => ({
      encoding: { bottleneck: map, skips: [own], taps: {} },
      logits: decode(map, own),
      decode: ({ bottleneck: f, skips }: { bottleneck: Tensor4D; skips: Tensor4D[] }) => decode(f, skips[0]!),
    });
    const built = build(method, {
      picture: { height: height * 2, width: width * 2, channels: 1, classes: known.labels.shape[3] },
      net: { aligned: { bottleneck: { stride: 2, channels } } },
      use: () => ({ encode: zeta, size }),
      scope: { module: (_: string, make: (make: Make) => object) => make(making(weights)) },
    });
    return named(built, {
      ...known,
      net: { aligned: answer(bottleneck, skip) },
      view: () => ({ ...view, net: { aligned: answer(view.bottleneck, view.skip) } }),
      pass: () => undefined,
      once: once(),
    });
  },
};

/** Σ sum / Σ count, as the core reduces it. */
export const reduced = ({ sum: total, count }: Loss): Tensor => (count ? div(sum(total), sum(count)) : sum(total));
export const valueOf = (loss: Loss): number => tidy(() => reduced(loss).dataSync()[0]!);
export const values = (terms: Terms): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(terms).map(([name, { loss }]) => [name, valueOf(loss())]));

/** The gradient of the weighted sum of terms in every weight; `only` some terms, with weight 1. */
export function slopes(weights: Weights, termsOf: (weights: Weights) => Terms, only?: readonly string[]): Weights {
  const names = Object.keys(weights);
  const total = (...all: Tensor[]): Tensor => {
    const terms = Object.entries(termsOf(Object.fromEntries(names.map((name, i) => [name, all[i]!]))));
    const chosen = terms.filter(([name, { weight }]) => (only ? only.includes(name) : weight !== 0));
    const nothing = sum(mul(all[0]!, 0));
    const touched = all.reduce((so, one) => add(so, sum(mul(one, 0))), nothing); // tfjs refuses what nothing reaches
    return chosen.reduce((so, [, { weight, loss }]) => add(so, mul(reduced(loss()), only ? 1 : weight)), touched);
  };
  const found = grads(total)(Object.values(weights));
  return Object.fromEntries(names.map((name, i) => [name, found[i]!]));
}
