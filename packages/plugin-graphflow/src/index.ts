export { graphFlow } from "./graph-flow.js";
export type { AdversarialOptions, GraphFlowOptions, LogitsOptions } from "./options.js";
export { segdistill } from "./plugin.js";
export { innerProducts, salience, squaredDistances, type Border } from "./salience.js";
export { graphFlowLoss, variationDistance, type Reading, type TwoLayers } from "./variation.js";
