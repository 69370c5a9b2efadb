import { z } from "zod";
import { augmentSchema } from "./augment-schema.js";

const side = z.int().min(8).max(4096);

/**
 * The configuration's `sample`. interfaces.md 2
 *
 * `patch`: side in pixels, or `[height, width]` · `perImage`: patches of every case in an epoch · `batch`: patches in a batch · `augment`: a list of augmentations ·
 * `foreground`: share of the patches that hold a foreground pixel for certain · `unlabelled`: how many of a batch are of `data.unlabelled`.
 */
export const sampleSchema = z
  .strictObject({
    patch: z.union([side, z.tuple([side, side])]),
    perImage: z.int().min(1).max(100_000).default(1),
    batch: z.int().min(1).max(4096),
    augment: augmentSchema.default([]),
    // No defaults: what is not asked for is not in the fingerprint.
    foreground: z.number().min(0).max(1).optional(),
    unlabelled: z.int().min(1).max(4095).optional(),
  })
  .superRefine(({ patch, augment, batch, unlabelled }, context) => {
    const refuse = (path: (string | number)[], message: string): void => context.addIssue({ code: "custom", path, message });
    if (augment.includes("rotate90") && typeof patch !== "number" && patch[0] !== patch[1])
      refuse(
        ["augment", augment.indexOf("rotate90")],
        `a square patch for rotate90, not ${patch.join(" x ")} (else { rotate: { degrees } })`,
      );
    if (unlabelled !== undefined && unlabelled >= batch)
      refuse(["unlabelled"], `fewer unlabelled pictures than the batch of ${batch}, so that some of it is labelled`);
  });

/** What a configuration may write. */
export type SampleOptions = z.input<typeof sampleSchema>;
