import type { Plugin } from "@segdistill/core/contract";
import { logits, logitsOptions } from "./logits.js";
import { supervised, supervisedOptions } from "./supervised.js";

/** What this package offers to configurations: `use: "@segdistill/plugin-kd#supervised"` and `#logits`. */
export const segdistill = {
  contract: 1,
  methods: {
    supervised: { options: supervisedOptions, create: supervised },
    logits: { options: logitsOptions, create: logits },
  },
} satisfies Plugin;
