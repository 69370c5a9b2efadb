import { transformsOf, type Augmentation } from "@segdistill/core";
import { array, looseObject, string, union } from "zod";

/**
 * Changes of a picture's appearance, each picture with numbers of its own [ours]: what methods take that want the latent vector of a picture to stay as it is where only
 * the camera differs. Of pictures in [0, 1]; others need a `range`.
 */
export const appearanceChanges: readonly Augmentation[] = [
  { brightness: { by: 0.1 } },
  { contrast: { from: 0.7, to: 1.4 } },
  { gamma: { from: 0.7, to: 1.4 } },
  { blur: { from: 0, to: 1, probability: 0.5 } },
  { noise: { from: 0, to: 0.05, probability: 0.5 } },
];

/** A list of transforms in a configuration, with the names and options of `sample.augment`; {@link appearanceChanges} where nothing is said. */
export const changesOption = array(union([string(), looseObject({})]))
  .superRefine((list, context) => {
    try {
      transformsOf(list as unknown as readonly Augmentation[]);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
    }
  })
  .default(appearanceChanges as never);
