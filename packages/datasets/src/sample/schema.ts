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
    if (augment.includes("rotate90") && typeof patch !== "number" && patch[0] !== patch[1]) {
      const message = `[sample] rotate90 with a patch of ${patch.join(" x ")} (height x width). Expected a square patch, which keeps its shape. Choose one, or { rotate: { degrees } }.`;
      context.addIssue({ code: "custom", path: ["augment", augment.indexOf("rotate90")], message });
    }
    if (unlabelled !== undefined && unlabelled >= batch) {
      const message = `[sample] unlabelled is ${unlabelled} of a batch of ${batch}. Expected fewer than the batch, so that some of it is labelled. Lower unlabelled, or raise batch.`;
      context.addIssue({ code: "custom", path: ["unlabelled"], message });
    }
  });

/** What a configuration may write. */
export type SampleOptions = z.input<typeof sampleSchema>;
