export type { CountedSpec } from "./encoder-decoder.js";
export { mobileUNet, type MobileUNetOptions, type MobileUNetTap } from "./mobile-u-net.js";
export { segdistill } from "./plugin.js";
export { uNet, type UNetOptions, type UNetTap } from "./u-net.js";
