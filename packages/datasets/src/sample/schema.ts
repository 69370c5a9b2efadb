import { z } from "zod";

const side = z.int().min(8).max(4096);

/**
 * The configuration's `sample`. interfaces.md 2
 *
 * `patch`: side in pixels, or `[height, width]` · `perImage`: patches of every case in an epoch · `batch`: patches in a batch · `augment`: `flips` mirrors rows and columns,
 * each with probability ½.
 */
export const sampleSchema = z.strictObject({
  patch: z.union([side, z.tuple([side, side])]),
  perImage: z.int().min(1).max(100_000).default(1),
  batch: z.int().min(1).max(4096),
  augment: z
    .array(z.enum(["flips"]))
    .max(1)
    .default([]),
});

/** What a configuration may write. */
export type SampleOptions = z.input<typeof sampleSchema>;
