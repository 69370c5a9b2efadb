import type { NetworkFrame, Plugin } from "@segdistill/core/contract";
import { strictObject, z } from "zod";
import { enet } from "./enet.js";
import { erfnet } from "./erfnet.js";
import { fanet } from "./fanet.js";
import { mobileUNet } from "./mobile-u-net.js";
import { transunet } from "./transunet.js";
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

/** Options of `use: transunet`. */
const transunetOptions = strictObject({
  size: z.enum(["base", "small"]).default("base").describe("base is R50-ViT-B/16 [inferred], small has 4 M parameters [ours]"),
  norm: z
    .enum(["group", "batch"])
    .default("group")
    .describe(
      "of the ResNet: group after standardised convolutions as in Google's checkpoint, or batch as in torchvision's ResNet-50 [ours]",
    ),
  image: z
    .int()
    .min(16)
    .max(4096)
    .multipleOf(16)
    .default(224)
    .describe("side of the pictures whose positions are learned; those of other pictures are resized bilinearly [ours]"),
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
    transunet: {
      options: transunetOptions,
      create: (options: z.output<typeof transunetOptions>) => (frame: NetworkFrame) => transunet({ ...options, ...frame }),
    },
  },
} satisfies Plugin;
