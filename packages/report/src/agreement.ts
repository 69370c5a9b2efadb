import type { Mask } from "@segdistill/core/contract";
import { otherMaskLength, otherMaskSize } from "./errors.js";

/** How a pixel of a prediction stands to the truth. */
export const layers = ["tp", "fp", "fn", "other"] as const;
export type Layer = (typeof layers)[number];

/** A prediction against the truth: one mask (0, 1) and one count of pixels for each of {@link layers}. */
export interface Agreement {
  readonly masks: Readonly<Record<Layer, Uint8Array>>;
  readonly counts: Readonly<Record<Layer, number>>;
}

/** What is compared. */
export interface Compared {
  /** Model and case, for messages. */
  readonly model: string;
  readonly id: string;
  readonly truth: Mask;
  readonly prediction: Mask;
  readonly valid: Mask | null;
}

const unlabelled = 255;

/** Checks that a mask has a number for every pixel of the truth's grid. Throws report-mask-size, report-mask-length. */
const checkGrid = (what: string, { data, height, width }: Mask, truth: Mask): void => {
  if (data.length !== height * width) throw otherMaskLength(what, data.length, height, width);
  if (height !== truth.height || width !== truth.width) throw otherMaskSize(what, [height, width], [truth.height, truth.width]);
};

/**
 * Compares a prediction with the truth, pixel by pixel: `tp` same class above 0, `fp` predicted where the truth is 0, `fn` missed,
 * `other` both above 0 and different. Pixels outside `valid`, and those of truth 255, are in none.
 * Masks: `[H, W]` class indices, row-major. Throws report-mask-size, report-mask-length. Source: our choice.
 */
export const agreement = ({ model, id, truth, prediction, valid }: Compared): Agreement => {
  checkGrid(`the truth of case "${id}"`, truth, truth);
  checkGrid(`the prediction of "${model}" for case "${id}"`, prediction, truth);
  if (valid) checkGrid(`the valid mask of case "${id}"`, valid, truth);
  const fresh = (): Uint8Array => new Uint8Array(truth.data.length);
  const masks = { tp: fresh(), fp: fresh(), fn: fresh(), other: fresh() };
  const counts = { tp: 0, fp: 0, fn: 0, other: 0 };
  for (let u = 0; u < truth.data.length; u++) {
    const t = truth.data[u]!;
    const p = prediction.data[u]!;
    if (t === unlabelled || valid?.data[u] === 0 || (t === 0 && p === 0)) continue;
    const layer: Layer = t === p ? "tp" : t === 0 ? "fp" : p === 0 ? "fn" : "other";
    masks[layer][u] = 1;
    counts[layer]++;
  }
  return { masks, counts };
};
