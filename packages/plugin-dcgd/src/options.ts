import { changesOption } from "@segdistill/alignment";
import type { Augmentation } from "@segdistill/core";
import { enum as oneOf, number, strictObject } from "zod";

/** The views of a picture that become nodes. */
export interface ViewsOptions {
  /** K_v, the views beside the picture itself. 4 [inferred] */
  readonly count?: number;
  /** What is done to each, as data, with the names and options of `sample.augment`. `appearanceChanges` of `@segdistill/alignment` [ours] */
  readonly transforms?: readonly Augmentation[];
}

interface Shared {
  /** Nodes of the complete graph: "views" of a picture [code: figure], or the pictures of a "batch" as they are [ours]. "views" */
  readonly nodes?: "views" | "batch";
  readonly views?: ViewsOptions;
  /** What is subtracted from every latent vector before it is brought to length 1: nothing, or the mean over the stage's data. "none" [ours] */
  readonly centre?: "none" | "sourceMean";
  /** λ₁, of the star. 1 [ours] */
  readonly intra?: number;
  /** λ₂, of the complete graph. 1 [ours] */
  readonly inter?: number;
}

export type DcgdOptions = Shared &
  (
    | {
        /** Squared differences of edges, or the divergence of rows of edges. "mse" [ours] */
        readonly loss?: "mse";
        readonly temperature?: never;
      }
    | {
        readonly loss: "kl";
        /** τ, above 0. 0.1 [ours] */
        readonly temperature?: number;
      }
  );

/** What a configuration may say; unknown keys are refused. */
export const dcgdOptions = strictObject({
  loss: oneOf(["mse", "kl"])
    .default("mse")
    .describe("mse: squared differences of edges; kl: divergence of rows of edges, needs 2 views, 3 with inter [ours]"),
  temperature: number().positive().optional().describe("divides the edges where loss is kl; 0.1 there [ours]"),
  nodes: oneOf(["views", "batch"]).default("views").describe("nodes of the complete graph [code: figure]; batch: pictures instead [ours]"),
  views: strictObject({
    count: number().int().min(1).default(4).describe("views beside the picture itself [inferred]"),
    transforms: changesOption.describe("as in sample.augment [ours]"),
  })
    .prefault({})
    .describe("views of each picture, the same for both networks"),
  centre: oneOf(["none", "sourceMean"]).default("none").describe("subtracted from latent vectors before they are normalised [ours]"),
  intra: number().min(0).default(1).describe("λ1, weight of the star's edges [ours]"),
  inter: number().min(0).default(1).describe("λ2, weight of the complete graph's edges [ours]"),
}).refine(({ loss, temperature }) => loss === "kl" || temperature === undefined, {
  path: ["temperature"],
  message: "only kl has a temperature: leave it out, or take loss: kl",
});
