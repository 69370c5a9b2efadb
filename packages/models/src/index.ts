export type { CountedSpec } from "./encoder-decoder.js";
export { enet, type ENetOptions, type ENetTap } from "./enet.js";
export { erfnet, type ERFNetOptions, type ERFNetTap } from "./erfnet.js";
export { fanet, type FANetOptions, type FANetTap } from "./fanet.js";
export { mobileUNet, type MobileUNetOptions, type MobileUNetTap } from "./mobile-u-net.js";
export { publishedNames, readPublished, startingFrom, type NamesOf, type Published, type Values } from "./published/index.js";
export { segdistill } from "./plugin.js";
export { transunet, type TransunetOptions, type TransunetTap } from "./transunet.js";
export { uNet, type UNetOptions, type UNetTap } from "./u-net.js";
