import type { Plugin } from "@segdistill/core/contract";
import { dcgd } from "./dcgd.js";
import { dcgdOptions } from "./options.js";

/** What this package offers to configurations: `use: "@segdistill/plugin-dcgd"`. */
export const segdistill = {
  contract: 1,
  methods: { dcgd: { options: dcgdOptions, create: dcgd } },
} satisfies Plugin;
