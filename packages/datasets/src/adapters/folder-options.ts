import { z } from "zod";
import { sliceOptions } from "../volumes/slice-options.js";

const byte = z.int().min(0).max(65535);
const share = z.number().min(0).max(1);
/** A grey value, several, a range with both ends, or a colour. */
const classValue = z.union([
  byte,
  z.array(byte).min(1),
  z.strictObject({ from: byte, to: byte }),
  z.string().regex(/^#[0-9a-f]{6}$/i, 'Expected a colour such as "#ff0000"'),
]);

/** Shares of the groups that together make 1; whoever names one share says 0 for those not named. [ours] */
const shares = z
  .strictObject({ seed: z.int().default(0), train: share.optional(), validation: share.optional(), test: share.optional() })
  .transform(({ seed, train, validation, test }) =>
    train === undefined && validation === undefined && test === undefined
      ? { seed, train: 0.7, validation: 0.1, test: 0.2 }
      : { seed, train: train ?? 0, validation: validation ?? 0, test: test ?? 0 },
  )
  .refine(
    ({ train, validation, test }) => Math.abs(train + validation + test - 1) < 1e-6,
    "Expected train, validation and test to make 1 together",
  );

/** Options of the `folder` adapter. datasets.md 3 */
export const folderOptions = z.strictObject({
  images: z
    .string()
    .default("images")
    .describe("Folder of the pictures below the root; *, ? and ** stand for any names, . is the root itself [ours]"),
  masks: z
    .string()
    .default("masks")
    .describe(
      "Folder of the masks, in the same way, or one file; may be the folder of the pictures where maskSuffix tells them apart [ours]",
    ),
  imageSuffix: z.string().default("").describe("Taken off the names of pictures before pairing [ours]"),
  maskSuffix: z.string().default("").describe("Taken off the names of masks before pairing: _mask, _gt, _1stHO [ours]"),
  skip: z.array(z.string()).default([]).describe("Files left out, by path below the root; *, ? and ** as in images [ours]"),
  pattern: z.string().optional().describe("Regular expression with named groups id, group, split on the path below images"),
  combine: z
    .enum(["error", "or", "first"])
    .default("error")
    .describe("Several masks of one picture: an error, their union, or the first by name [ours]"),
  classes: z
    .record(z.string(), classValue)
    .optional()
    .describe("Class names with their values in the mask; the order gives the index, background is 0. Without: one class, foreground"),
  threshold: z
    .union([z.literal("auto"), z.int().min(1).max(65535)])
    .default("auto")
    .describe(
      "Where masks of one class are cut: value >= threshold. auto cuts at 128, files of 0 and 1 at 1, and refuses soft masks [ours]",
    ),
  ignore: z.array(byte).default([]).describe("Values that mean 'not labelled' [ours]"),
  group: z
    .union([z.string(), z.strictObject({ csv: z.string(), column: z.string().default("group") })])
    .optional()
    .describe(
      "The patient: a regular expression on the id (its first group, or all of it), parent for the folder, or a CSV file with columns id and group",
    ),
  split: z
    .union([z.literal("folders"), z.strictObject({ lists: z.string() }), shares])
    .optional()
    .describe(
      "Shares by group and seed; folders for train/, validation/ and test/; or list files. Without: sub-folders where there are some, else 70, 10 and 20 %",
    ),
  parts: z
    .record(z.string().min(1), z.array(z.string().min(1)))
    .refine((parts) => !Object.hasOwn(parts, "all"), 'names other than "all", which every set has')
    .optional()
    .describe(
      "Parts written out: { name: [ids] }, beside the set's own; one called train, validation or test replaces these three. Ids in no part are left out [ours]",
    ),
  fov: z.string().optional().describe("Folder of the fields of view, paired like the masks"),
  fovSuffix: z.string().default(""),
  unlabelled: z.boolean().default(false).describe("Whether a picture may lack a mask: its label is null then [ours]"),
  spacingMm: z.tuple([z.number().positive(), z.number().positive()]).optional().describe("[row, column] in mm a pixel"),
  orient: z.enum(["rot90cw", "rot90ccw", "rot180", "flipRows", "flipColumns"]).optional().describe("Turns pictures and masks alike"),
  ...sliceOptions,
  trustShape: z
    .boolean()
    .default(false)
    .describe("Whether a volume and its mask may lie at different places, as long as they have as many voxels along every axis [ours]"),
  domain: z.string().default("folder").describe("What tables call these pictures [ours]"),
});

export type FolderOptions = z.input<typeof folderOptions>;
/** The options with their defaults. */
export type FolderSettings = z.output<typeof folderOptions>;
