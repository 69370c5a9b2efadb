import { z } from "zod";

const chance = { probability: z.number().min(0).max(1).default(1) };
const finite = z.number().min(-1e9).max(1e9);
const range = z
  .tuple([finite, finite])
  .refine(([low, high]) => low < high, { error: "[lowest, highest] of the prepared pictures' values, the lowest first" })
  .default([0, 1]);
const appearance = { ...chance, range };
const ordered = [
  (value: { readonly from: number; readonly to: number }): boolean => value.from <= value.to,
  { error: "from no larger than to" },
] as const;
const bounds = (least: number, most: number) => ({ from: z.number().min(least).max(most), to: z.number().min(least).max(most) });

/**
 * One augmentation of the loader: the names, options, bounds and meaning of the transforms of @segdistill/core.
 *
 * `flips` · `rotate90` · `{ rotate: { degrees } }` · `{ scale: { from, to } }` · `{ elastic: { deviation, spacing } }` · `{ brightness: { by } }` ·
 * `{ contrast: { from, to } }` · `{ gamma: { from, to } }` · `{ blur: { from, to } }` · `{ noise: { from, to } }`; all but the first two take `probability`
 * (default 1), those of pixel values take `range` (default [0, 1]).
 */
const augmentationSchema = z.union([
  z.literal(["flips", "rotate90"]),
  z.strictObject({ rotate: z.strictObject({ degrees: z.number().min(0).max(180), ...chance }) }),
  z.strictObject({ scale: z.strictObject({ ...bounds(0.1, 10), ...chance }).refine(...ordered) }),
  z.strictObject({
    elastic: z.strictObject({ deviation: z.number().min(0).max(100), spacing: z.number().min(4).max(1024).default(32), ...chance }),
  }),
  z.strictObject({ brightness: z.strictObject({ by: z.number().min(0).max(1), ...appearance }) }),
  z.strictObject({ contrast: z.strictObject({ ...bounds(0.01, 100), ...appearance }).refine(...ordered) }),
  z.strictObject({ gamma: z.strictObject({ ...bounds(0.01, 100), ...appearance }).refine(...ordered) }),
  z.strictObject({ blur: z.strictObject({ ...bounds(0, 16), ...appearance }).refine(...ordered) }),
  z.strictObject({ noise: z.strictObject({ ...bounds(0, 1), ...appearance }).refine(...ordered) }),
]);

/** One augmentation, defaults filled in. */
export type Augmentation = z.output<typeof augmentationSchema>;

/** `"flips"`, `"rotate"` … */
export const augmentationName = (one: Augmentation): string => (typeof one === "string" ? one : Object.keys(one)[0]!);

/** The configuration's `sample.augment`: each augmentation at most once. */
export const augmentSchema = z.array(augmentationSchema).superRefine((list, context) => {
  const names = list.map(augmentationName);
  for (const [index, name] of names.entries()) {
    if (!names.slice(0, index).includes(name)) continue;
    context.addIssue({ code: "custom", path: [index], message: "each augmentation at most once" });
  }
});
