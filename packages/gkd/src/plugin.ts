import type { Plugin } from "@segdistill/core/contract";
import { segdistill as graphs } from "@segdistill/plugin-dcgd";
import { segdistill as cross } from "@segdistill/plugin-dicd";
import { segdistill as alignment } from "@segdistill/plugin-msan";
import { literal, number, strictObject, union } from "zod";
import { gkd } from "./gkd.js";

/** What a configuration may say; unknown keys are refused. */
const gkdOptions = strictObject({
  msan: alignment.methods.msan.options.prefault({}).describe("the alignment, which is trained before"),
  dcgd: union([literal(false), graphs.methods.dcgd.options])
    .prefault({})
    .describe("graphs among views; false leaves them out"),
  dicd: union([literal(false), cross.methods.dicd.options])
    .prefault({})
    .describe("cross predictions; false leaves them out"),
  rampUp: number().min(0).default(0).describe("epochs over which both come in: 0 with init: baseline, 5 for a student from scratch [ours]"),
});

/** What this package offers to configurations: `use: "@segdistill/gkd"`. */
export const segdistill = { contract: 1, methods: { gkd: { options: gkdOptions, create: gkd } } } satisfies Plugin;
