import { type Case, type Mask } from "@segdistill/core/contract";
import type { Prepare } from "@segdistill/datasets/prepare";
import { measure, metrics, type Measured, type MetricName } from "@segdistill/metrics";
import { caseWithoutLabel } from "../errors.js";
import { decided, preparedLogits, type Logits, type TilesOf } from "./predict-picture.js";

/** How networks are evaluated. */
export interface Evaluating {
  readonly prepare: Prepare;
  readonly tile: Omit<TilesOf, "multiple">;
  readonly at: "native" | "prepared";
  readonly metrics: readonly MetricName[];
  readonly classes: number;
}

/** A case, predicted and measured. */
export interface Evaluated {
  readonly id: string;
  readonly group: string;
  /** Class indices on the grid that was scored. */
  readonly prediction: Mask;
  readonly measured: Measured;
}

/** Predicts a case and compares with its label inside the field of view, on the input's own grid or the prepared one. Throws run/no-label. */
export const evaluateCase = async (of: Case, logits: Logits, multiple: number, how: Evaluating): Promise<Evaluated> => {
  const [image, label, fieldOfView] = await Promise.all([of.image(), of.label(), of.fieldOfView()]);
  if (!label) throw caseWithoutLabel(of.domain, of.id);
  const prepared = how.prepare.apply({ id: of.id, image, label, fieldOfView });
  const onPrepared = await preparedLogits(prepared, logits, { ...how.tile, multiple });
  const native = how.at === "native";
  const { label: prediction, scores } = decided(native ? prepared.toNative(onPrepared) : onPrepared);
  const needsScores = how.metrics.some((name) => metrics[name].needs === "scores");
  const measured = measure({
    prediction: prediction.data,
    truth: native ? label.data : prepared.label!.data,
    valid: native ? (fieldOfView?.data ?? null) : prepared.valid.data,
    classes: how.classes,
    scores: needsScores ? scores : null,
  });
  return { id: of.id, group: of.group, prediction, measured };
};
