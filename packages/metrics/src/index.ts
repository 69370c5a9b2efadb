export { auc } from "./auc.js";
export { bootstrapGain } from "./bootstrap-gain.js";
export type { Gain, GainOptions } from "./bootstrap-gain.js";
export type { CaseValue } from "./case-values.js";
export { cautions, groupCaution, seedCaution } from "./cautions.js";
export { correlation } from "./correlation.js";
export type { Correlation, CorrelationOptions } from "./correlation.js";
export { addCounts, classCounts, countedPixels, countPixels, unlabelled } from "./counts.js";
export type { ClassCounts, Counts, LabelPair } from "./counts.js";
export { holm } from "./holm.js";
export { measure, pool, scoresOf } from "./measured.js";
export type { Measured, Picture } from "./measured.js";
export { isMetricName, metricNamed, metricNames, metrics } from "./metrics.js";
export type { Metric, MetricName } from "./metrics.js";
export {
  accuracy,
  dice,
  diceOfClass,
  iou,
  iouOfClass,
  meanIou,
  precision,
  precisionOfClass,
  sensitivity,
  sensitivityOfClass,
  specificity,
  specificityOfClass,
} from "./overlap.js";
export { pairedDifferences } from "./paired-differences.js";
export type { Difference, Differences, Sides } from "./paired-differences.js";
export { quantile } from "./quantile.js";
export { poolRanked, rankScores } from "./ranked.js";
export type { Ranked, ScorePair } from "./ranked.js";
export type { Score } from "./score.js";
export { averageSeeds } from "./seeds.js";
export type { SeedMean } from "./seeds.js";
export { summarise } from "./summary.js";
export type { Summary } from "./summary.js";
export { wilcoxon } from "./wilcoxon.js";
export type { SignedRank } from "./wilcoxon.js";
