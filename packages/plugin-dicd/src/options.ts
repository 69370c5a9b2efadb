import { boolean, enum as oneOf, number, strictObject } from "zod";
import type { Divergence } from "./prediction-difference.js";

export interface DicdOptions {
  /** D. "kl" [ours] */
  readonly divergence?: Divergence;
  /** Whether the student's skips are constants to the prediction that is made of the teacher's vector. false [ours] */
  readonly detachSkips?: boolean;
  /** Whose header decodes a vector: the other network's [paper], or, as an ablation, its own [ours]. "exchanged" */
  readonly headers?: "exchanged" | "own";
  /** λ₃. 0.5 [ours] */
  readonly cross?: number;
}

/** What a configuration may say; unknown keys are refused. */
export const dicdOptions = strictObject({
  divergence: oneOf(["kl", "ce", "mse"]).default("kl").describe("from the teacher's prediction; ce takes its most likely class [ours]"),
  detachSkips: boolean().default(false).describe("the student's skips are constants to what is made of the teacher's vector [ours]"),
  headers: oneOf(["exchanged", "own"]).default("exchanged").describe("whose header decodes a vector [paper]; own: an ablation [ours]"),
  cross: number().min(0).default(0.5).describe("λ3, weight of the cross predictions [ours]"),
});
