import type { NetworkFrame, Plugin } from "@segdistill/core/contract";
import { strictObject, z } from "zod";
import { enet } from "./enet.js";
import { erfnet } from "./erfnet.js";
import { fanet } from "./fanet.js";
import { mobileUNet } from "./mobile-u-net.js";
import { uNet } from "./u-net.js";

/** Options of `use: u-net`; unknown keys are refused. */
const uNetOptions = strictObject({
  width: z.int().min(1).max(512).default(64).describe("channels of the finest level; every level below has twice as many [code]"),
  bias: z.boolean().default(false).describe("a bias in every 3×3 convolution [ours]"),
});

/** `use: mobile-u-net`, `use: enet` and `use: erfnet` have no options. */
const none = strictObject({});

/** Options of `use: fanet`. */
const fanetOptions = strictObject({
  width: z
    .int()
    .min(2)
    .max(512)
    .multipleOf(2)
    .default(64)
    .describe("channels of the finest level, even; every level below has twice as many [code]"),
});

/** What this package offers to configurations: `use: u-net`, `use: mobile-u-net`, … */
export const segdistill = {
  contract: 1,
  networks: {
    "u-net": {
      options: uNetOptions,
      create: (options: z.output<typeof uNetOptions>) => (frame: NetworkFrame) => uNet({ ...options, ...frame }),
    },
    "mobile-u-net": { options: none, create: () => (frame: NetworkFrame) => mobileUNet(frame) },
    enet: { options: none, create: () => (frame: NetworkFrame) => enet(frame) },
    erfnet: { options: none, create: () => (frame: NetworkFrame) => erfnet(frame) },
    fanet: {
      options: fanetOptions,
      create: (options: z.output<typeof fanetOptions>) => (frame: NetworkFrame) => fanet({ ...options, ...frame }),
    },
  },
} satisfies Plugin;
