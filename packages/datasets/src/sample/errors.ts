import { userError } from "../errors.js";

/** A patch that does not fit into a picture. */
export const patchTooLarge = (id: string, patch: string, picture: string): Error =>
  userError(
    "patch-too-large",
    `[sample] a patch of ${patch} does not fit into "${id}", which is ${picture} (height x width) after the preparation. Choose a smaller patch, or a larger fieldOfViewWidth or resize.`,
  );

/** Fewer patches than one batch takes. */
export const tooFewPatches = (cases: number, perImage: number, batch: number): Error =>
  userError(
    "too-few-patches",
    `[sample] ${cases} cases with perImage ${perImage} give ${cases * perImage} patches, less than one batch of ${batch}. Raise perImage to at least ${Math.ceil(batch / Math.max(cases, 1))}, or lower batch.`,
  );

/** A label that names a class the task does not have. */
export const labelClass = (id: string, value: number, classes: number): Error =>
  userError(
    "label-class",
    `[sample] the label of "${id}" has the value ${value}. Expected class indices 0 to ${classes - 1}, or 255 for unlabelled. Correct the classes of the data set.`,
  );

/** A split that names one case twice. */
export const caseTwice = (id: string): Error =>
  userError(
    "case-twice",
    `[sample] the case "${id}" is listed twice. Expected every id once. Take it out of the list; perImage draws more patches of a case.`,
  );

/** `sample.unlabelled` without unlabelled data. */
export const unlabelledMissing = (count: number): Error =>
  userError(
    "unlabelled-missing",
    `[sample] unlabelled is ${count}, but no unlabelled pictures are given. Expected a data set under data.unlabelled. Add it, or take sample.unlabelled out.`,
  );

/** Unlabelled data without `sample.unlabelled`. */
export const unlabelledCount = (batch: number): Error =>
  userError(
    "unlabelled-count",
    `[sample] unlabelled pictures are given, but not how many a batch of ${batch} holds. Expected sample.unlabelled from 1 to ${batch - 1}. Set it, or take data.unlabelled out.`,
  );

/** Two kinds of batches that cannot be put together. */
export const picturesDiffer = (labelled: string, unlabelled: string): Error =>
  userError(
    "pictures-differ",
    `[semi-supervised] labelled pictures are ${labelled}, unlabelled ones ${unlabelled} (height x width x channels). Expected the same. Give both one patch size and one list of classes.`,
  );

/** Tiles that cannot cover a picture. */
export const tileOptions = (name: string, expected: string, found: number): Error =>
  userError("tile-options", `[tiles] ${name} is ${found}. Expected ${expected}. Change it.`);
