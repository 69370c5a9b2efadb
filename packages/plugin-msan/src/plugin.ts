import type { Plugin } from "@segdistill/core/contract";
import { msan } from "./msan.js";
import { msanOptions } from "./options.js";

/** What this package offers to configurations: `use: "@segdistill/plugin-msan"`. */
export const segdistill = {
  contract: 1,
  methods: { msan: { options: msanOptions, create: msan } },
} satisfies Plugin;
