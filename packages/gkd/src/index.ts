export { gkd, type GkdOptions } from "./gkd.js";
export { segdistill } from "./plugin.js";
