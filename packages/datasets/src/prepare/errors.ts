import { userError } from "../errors.js";

/** The preparation ended with more than one channel. */
export const prepareChannels = (id: string, found: number): Error =>
  userError(
    "prepare-channels",
    `[prepare] "${id}" has ${found} channels after the preparation. Expected 1. Add { channel: green } (or grey, red, blue) as the first step of prepare.`,
  );

/** A mask that does not lie on its image. */
export const prepareSizes = (id: string, what: string, expected: string, found: string): Error =>
  userError(
    "prepare-sizes",
    `[prepare] "${id}": image and ${what} differ in size. Expected ${expected} (height x width), found ${found}. Nothing is resized silently: correct the files or their pairing.`,
  );

/** fieldOfViewWidth without a field of view. */
export const fieldOfViewNeeded = (id: string, found: "none" | "an empty one"): Error =>
  userError(
    "field-of-view-needed",
    `[prepare] fieldOfViewWidth needs the field of view of "${id}". Expected a mask with at least one pixel, found ${found}. Give the data set a field of view, or use { resize: [height, width] } instead.`,
  );

/** Scores on another grid than the prepared picture's. */
export const scoresSize = (id: string, expected: string, found: string): Error =>
  userError(
    "scores-size",
    `[prepare] scores of "${id}" are on another grid. Expected ${expected} (height x width), found ${found}. Predict on the prepared picture, padding taken off.`,
  );
