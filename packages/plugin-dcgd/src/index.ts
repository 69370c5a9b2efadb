export { dcgd } from "./dcgd.js";
export { completeEdges, edgeDifference, starEdges, type EdgeLoss } from "./graphs.js";
export type { DcgdOptions, ViewsOptions } from "./options.js";
export { segdistill } from "./plugin.js";
