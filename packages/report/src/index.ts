export { compare } from "./compare/compare.js";
export type { CompareOptions, ComparedDifference, ComparedDomain, ComparedRow, ComparedRun, Comparison } from "./compare/comparison.js";
export { comparisonFormats, type ComparisonFormat } from "./compare/formats.js";
export { compareSweep, sweepCsv, sweepMarkdown, type SweepEntry, type SweepTables } from "./compare/sweep.js";
export { curvesOf } from "./curves-of.js";
export { examplesOf } from "./examples.js";
export { latentsPicture, type LatentsPicture, type LatentsRow, type LatentsSet, type Point } from "./latents-picture.js";
export { markup, type Markup } from "./markup.js";
export { metricsOf } from "./metrics-of.js";
export { policy } from "./policy.js";
export { signed } from "./numbers.js";
export { report } from "./report.js";
export type {
  CurvePoint,
  GateFound,
  PairCosine,
  Rank,
  ReportInput,
  ShownCase,
  SkippedStep,
  StageCurves,
  StageGradients,
  StageTold,
} from "./report-input.js";
export { finding, findingWords, type Finding } from "./finding.js";
export { style } from "./style.js";
export { headMetric, summarise, type Summary } from "./summary.js";
export { termShares, type TermShare } from "./term-shares.js";
export { thin, type Sample } from "./thin.js";
