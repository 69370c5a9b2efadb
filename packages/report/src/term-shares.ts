import { mean, sum } from "d3-array";
import { markup, type Markup } from "./markup.js";
import { axisNumber, percent } from "./numbers.js";
import type { StageCurves, StageGradients } from "./report-input.js";
import { table } from "./table.js";

/** What one term has of a stage's loss and gradient; shares in [0, 1], null where nothing finite is known or all is 0. */
export interface TermShare {
  readonly term: string;
  /** Mean over the steps of the weighted value, without its sign. */
  readonly loss: number | null;
  readonly ofLoss: number | null;
  /** Mean norm of the weighted gradient, over the times that it was looked at and finite. */
  readonly gradient: number | null;
  readonly ofGradient: number | null;
}

/** Bounds of a share of the gradient. Source: our choice. */
const [inert, dominating] = [0.01, 0.9];

/** What a share of the gradient says, in words. Source: our choice. */
export const standing = (ofGradient: number | null): string =>
  ofGradient === null ? "not known" : ofGradient < inert ? "inert" : ofGradient >= dominating ? "dominates" : "takes part";

/**
 * What each term that was inspected has of the loss, Σ over terms of mean |weight · value|, and of the gradient, Σ over terms of its mean norm. Opponents' losses are no terms.
 * Points of a thinned curve stand for equally many steps each; a value of a point times its weight is exact where the weight does not change within it. Source: our choice.
 */
export const termShares = (terms: StageCurves["terms"], norms: StageGradients["norms"]): readonly TermShare[] => {
  const found = Object.entries(norms).map(([term, { points }]) => {
    const { raw = [], weight = [] } = terms[term] ?? {};
    const weighted = raw.map(({ value }, i) => Math.abs(value * (weight[i]?.value ?? NaN))).filter(Number.isFinite);
    return { term, loss: mean(weighted) ?? null, gradient: mean(points, ({ value }) => value) ?? null };
  });
  const [losses, gradients] = [sum(found, ({ loss }) => loss ?? 0), sum(found, ({ gradient }) => gradient ?? 0)];
  const share = (value: number | null, all: number): number | null => (value === null || all === 0 ? null : value / all);
  return found.map((one) => ({ ...one, ofLoss: share(one.loss, losses), ofGradient: share(one.gradient, gradients) }));
};

/** The shares as a table; null for one term, which has all. */
export const sharesTable = (stage: string, shares: readonly TermShare[]): Markup | null => {
  if (shares.length < 2) return null;
  const rounded = (value: number | null): string => (value === null ? "–" : axisNumber(Number(value.toPrecision(3))));
  const part = (share: number | null): string =>
    share === null ? "–" : share > 0 && share < 1e-4 ? `< ${percent(1e-4)}` : percent(Number(share.toFixed(4)));
  const rows = shares.map(({ term, loss, ofLoss, gradient, ofGradient }) => ({
    cells: [term, rounded(loss), part(ofLoss), rounded(gradient), part(ofGradient), standing(ofGradient)],
  }));
  const caption = `${stage}: what each term has of the loss and of the gradient. Loss: mean over the steps of the weighted value, without its sign. Gradient: mean norm of the weighted gradient. Shares are of the sums over the terms. Inert: less than ${percent(inert)} of the gradient; dominates: ${percent(dominating)} or more.`;
  const head = ["Term", "Weighted loss", "Of the loss", "Gradient", "Of the gradient", "In words"];
  return markup`${table({ caption, head, rows, words: [5] })}`;
};
