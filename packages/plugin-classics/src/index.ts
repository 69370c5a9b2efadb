export { attention, attentionDifference, attentionMap, type AttentionOptions } from "./attention.js";
export { cocod, correlationDifference, crossLayerCorrelation, spatialSimilarity, type CocodOptions, type TwoMaps } from "./cocod.js";
export { type AdversarialOptions } from "./conditional-adversary.js";
export { emkd, importanceDifference, predictionDifference, regionAffinity, regionDifference, type EmkdOptions } from "./emkd.js";
export { factorDifference, factorTransfer, type FactorTransferOptions } from "./factor-transfer.js";
export { flowDifference, flowMatrix, fsp, type FspOptions } from "./fsp.js";
export { classSimilarity, intraClassVariation, type IntraClassVariationOptions } from "./intra-class-variation.js";
export { segdistill } from "./plugin.js";
export { regionsAt, type Known } from "./regions.js";
export {
  cellSimilarity,
  pairDifference,
  softCrossEntropy,
  structuredKnowledge,
  type StructuredKnowledgeOptions,
} from "./structured-knowledge.js";
export { type TapPair } from "./tap-pairs.js";
export { negativeLogLikelihood, variationalInformation, type VariationalInformationOptions } from "./variational-information.js";
