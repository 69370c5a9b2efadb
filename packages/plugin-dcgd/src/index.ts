export { dcgd } from "./dcgd.js";
export { completeEdges, edgeDifference, starEdges, type EdgeLoss } from "./graphs.js";
export { defaultTransforms, type DcgdOptions, type ViewsOptions } from "./options.js";
export { segdistill } from "./plugin.js";
