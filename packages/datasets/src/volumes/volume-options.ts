import type { z } from "zod";
import { folderOptions } from "../adapters/folder-options.js";
import { sliceOptions } from "./slice-options.js";

/** Options of every published set whose cases are slices of volumes. */
export const volumeOptions = {
  ...sliceOptions,
  unlabelled: folderOptions.shape.unlabelled,
  parts: folderOptions.shape.parts,
};
/** These options with their defaults. */
export type VolumeSettings = z.output<z.ZodObject<typeof volumeOptions>>;
