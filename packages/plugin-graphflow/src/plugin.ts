import type { Plugin } from "@segdistill/core/contract";
import { graphFlow } from "./graph-flow.js";
import { graphFlowOptions } from "./options.js";

/** What this package offers to configurations: `use: "@segdistill/plugin-graphflow"`. */
export const segdistill = {
  contract: 1,
  methods: { "graph-flow": { options: graphFlowOptions, create: graphFlow } },
} satisfies Plugin;
