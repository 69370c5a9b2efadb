import type { NetworkFrame, NetworkSpec, Offered, OptionsSchema, Plugin } from "@segdistill/core/contract";
import { strictObject, z } from "zod";
import { mobileUNet } from "./mobile-u-net.js";
import { uNet } from "./u-net.js";

type MakeSpec = (frame: NetworkFrame) => NetworkSpec<string>;

/** Options of `use: u-net`; unknown keys are refused. */
export const uNetOptions = strictObject({
  width: z.int().min(1).default(64).describe("channels of the finest level; every level below has twice as many"),
  bias: z.boolean().default(false).describe("a bias in every 3×3 convolution"),
});

/** `use: mobile-u-net` has no options. */
export const mobileUNetOptions = strictObject({});

/** The contract lists options of all types as `never`; here schema and factory are held together before their type is forgotten. */
const offered = <Options>(options: OptionsSchema<Options>, create: (options: Options) => MakeSpec): Offered<never, MakeSpec> =>
  ({ options, create }) as Offered<Options, MakeSpec> as unknown as Offered<never, MakeSpec>;

/** What this package offers to configurations: `use: u-net`, `use: mobile-u-net`. */
export const segdistill: Plugin = {
  contract: 1,
  networks: {
    "u-net": offered(uNetOptions, (options) => (frame) => uNet({ ...options, ...frame })),
    "mobile-u-net": offered(mobileUNetOptions, () => (frame) => mobileUNet(frame)),
  },
};
