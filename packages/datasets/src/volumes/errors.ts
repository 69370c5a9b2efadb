import { userError } from "../errors.js";

/** An image and its label on different grids; `isOnlyPlace` where they have as many voxels. */
export const gridsDiffer = (name: string, image: string, grid: string, label: string, other: string, isOnlyPlace: boolean): Error =>
  userError(
    "grids-differ",
    `[${name}] "${image}" and its label "${label}" are not on one grid. Expected ${isOnlyPlace ? "the same places within 0.001 mm" : "the same numbers of voxels"}; the image is ${grid}, the label ${other}. Nothing is resampled silently: correct the files or their names${isOnlyPlace && name === "folder" ? ", or set trustShape: true" : ""}.`,
  );

/** A label volume with numbers that are no class numbers. */
export const maskFraction = (path: string, value: number): Error =>
  userError(
    "mask-fraction",
    `[mask] "${path}" has the value ${value}. Expected whole numbers from 0 to 65535. Round it, or take the label file.`,
  );
