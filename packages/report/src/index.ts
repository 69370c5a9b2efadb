export { curvesOf } from "./curves-of.js";
export { examplesOf } from "./examples.js";
export { report } from "./report.js";
export type { CurvePoint, Rank, ReportInput, ShownCase, StageCurves } from "./report-input.js";
export { finding, findingWords, type Finding } from "./finding.js";
export { headMetric, summarise, type Summary } from "./summary.js";
export { thin, type Sample } from "./thin.js";
