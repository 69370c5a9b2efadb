export {
  adversarialSimilarity,
  annotationDistance,
  maskedAnnotation,
  maskedProbabilities,
  scoreDistance,
  type AdversarialSimilarityOptions,
} from "./adversarial-similarity.js";
export { cosineMap, flatCosine } from "./cosine.js";
export { featureSimilarity, type FeatureSimilarityOptions } from "./feature-similarity.js";
export { affinity, featureDistance, gram, type Similarity, type TwoMaps } from "./layer-similarity.js";
export { lightVessel, type LightVesselOptions } from "./light-vessel.js";
export { segdistill } from "./plugin.js";
