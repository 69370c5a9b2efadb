import { z } from "zod";
import { windowSchema } from "../prepare/schema.js";

/** Which slices of volumes are cases, and how their values are brought to 8 bits. */
export const sliceOptions = {
  slices: z
    .enum(["all", "foreground", "balanced"])
    .default("all")
    .describe(
      "Which slices of a labelled volume are cases: all; those that show something; those and as many others at most, evenly over the volume [ours]",
    ),
  window: windowSchema
    .optional()
    .describe(
      "Makes 8-bit slices of what lies between two bounds (HU in CT) or percentiles of the volume, where other sets of a run have 8 bits; else leave it to prepare [ours]",
    ),
};
