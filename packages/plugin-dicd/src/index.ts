export { type Crossing, studentThroughItself, studentThroughTeacher, teacherThroughStudent } from "./cross-predictions.js";
export { dicd } from "./dicd.js";
export type { DicdOptions } from "./options.js";
export { segdistill } from "./plugin.js";
export { type Divergence, predictionDifference } from "./prediction-difference.js";
