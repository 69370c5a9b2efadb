import type { Case, Mask } from "@segdistill/core/contract";
import type { Prepare, Prepared } from "@segdistill/datasets/prepare";
import { measure, metrics, type Measured, type MetricName } from "@segdistill/metrics";
import { caseWithoutLabel } from "./errors.js";
import { decided, preparedLogits, type Logits, type TilesOf } from "./predict-picture.js";

/** How networks are evaluated. */
export interface Evaluating {
  readonly prepare: Prepare;
  readonly tile: Omit<TilesOf, "multiple">;
  readonly at: "native" | "prepared";
  readonly metrics: readonly MetricName[];
  readonly classes: number;
}

/** A case as a network sees it, with its truth: all masks on the grid that is scored. */
export interface Predicted {
  /** Class indices. */
  readonly prediction: Mask;
  readonly truth: Mask;
  /** 1 where the pixel counts; null where every pixel does. */
  readonly valid: Mask | null;
  /** Log-odds of being no background. */
  readonly scores: Float32Array;
}

/** A case as every network sees it: read and prepared once. */
export interface OpenCase {
  readonly prepared: Prepared;
  /** On the grid that is scored, as is `valid`. */
  readonly truth: Mask;
  readonly valid: Mask | null;
}

/** Reads and prepares a case. Throws run/no-label. */
export const openCase = async (of: Case, { prepare, at }: Evaluating): Promise<OpenCase> => {
  const [image, label, fieldOfView] = await Promise.all([of.image(), of.label(), of.fieldOfView()]);
  if (!label) throw caseWithoutLabel(of.domain, of.id);
  const prepared = prepare.apply({ id: of.id, image, label, fieldOfView });
  return at === "native" ? { prepared, truth: label, valid: fieldOfView } : { prepared, truth: prepared.label!, valid: prepared.valid };
};

/** Predicts an open case on the input's own grid or the prepared one. */
export const predictCase = async (
  { prepared, truth, valid }: OpenCase,
  logits: Logits,
  multiple: number,
  { tile, at }: Evaluating,
): Promise<Predicted> => {
  const found = await preparedLogits(prepared, logits, { ...tile, multiple });
  const { label: prediction, scores } = decided(at === "native" ? prepared.toNative(found) : found);
  return { prediction, truth, valid, scores };
};

/** What the metrics need of a predicted case: compared inside the field of view, unlabelled pixels left out. */
export const measureCase = ({ prediction, truth, valid, scores }: Predicted, { metrics: names, classes }: Evaluating): Measured =>
  measure({
    prediction: prediction.data,
    truth: truth.data,
    valid: valid?.data ?? null,
    classes,
    scores: names.some((name) => metrics[name].needs === "scores") ? scores : null,
  });
