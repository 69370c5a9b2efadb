import { z } from "zod";

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
  /** Folder of the pictures below the root; `*`, `?` and `**` stand for any names, `.` is the root itself. */
  images: z.string().default("images"),
  /** Folder of the masks, in the same way; may be that of the pictures where `maskSuffix` tells them apart. */
  masks: z.string().default("masks"),
  /** Taken off the names of pictures before pairing. */
  imageSuffix: z.string().default(""),
  /** Taken off the names of masks before pairing: `_mask`, `_gt`, `_1stHO`. */
  maskSuffix: z.string().default(""),
  /** Files left out, by path below the root; `*`, `?` and `**` as in `images`. */
  skip: z.array(z.string()).default([]),
  /** Regular expression with named groups `id`, `group`, `split` on the path below `images`. */
  pattern: z.string().optional(),
  /** Several masks of one picture: an error, their union, or the first by name. */
  combine: z.enum(["error", "or", "first"]).default("error"),
  /** Class names with their values in the mask; the order gives the index, background is 0. Without: one class, `foreground`. */
  classes: z.record(z.string(), classValue).optional(),
  /** Where masks of one class are cut: `value >= threshold`. `auto` cuts at 128, files of 0 and 1 at 1, and refuses soft masks. */
  threshold: z.union([z.literal("auto"), z.int().min(1).max(65535)]).default("auto"),
  /** Values that mean "not labelled". */
  ignore: z.array(byte).default([]),
  /** The patient: a regular expression on the id (its first group, or all of it), `parent` for the folder, or a CSV file with columns `id` and `group`. */
  group: z.union([z.string(), z.strictObject({ csv: z.string(), column: z.string().default("group") })]).optional(),
  /** Shares by group and seed; `folders` for train/, validation/ and test/; or list files. Without: sub-folders where there are some, else 70, 10 and 20 %. */
  split: z.union([z.literal("folders"), z.strictObject({ lists: z.string() }), shares]).optional(),
  /** Folder of the fields of view, paired like the masks. */
  fov: z.string().optional(),
  fovSuffix: z.string().default(""),
  /** Whether a picture may lack a mask: its label is null then. */
  unlabelled: z.boolean().default(false),
  /** `[row, column]` in mm a pixel. */
  spacingMm: z.tuple([z.number().positive(), z.number().positive()]).optional(),
  /** Turns pictures and masks alike. */
  orient: z.enum(["rot90cw", "rot90ccw", "rot180", "flipRows", "flipColumns"]).optional(),
  /** What tables call these pictures. */
  domain: z.string().default("folder"),
});

export type FolderOptions = z.input<typeof folderOptions>;
/** The options with their defaults. */
export type FolderSettings = z.output<typeof folderOptions>;
