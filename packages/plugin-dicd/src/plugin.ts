import type { Plugin } from "@segdistill/core/contract";
import { dicd } from "./dicd.js";
import { dicdOptions } from "./options.js";

/** What this package offers to configurations: `use: "@segdistill/plugin-dicd"`. */
export const segdistill = {
  contract: 1,
  methods: { dicd: { options: dicdOptions, create: dicd } },
} satisfies Plugin;
