export { describeDataset, type DatasetConformance } from "./dataset/describe-dataset.js";
export { withEarlier } from "./earlier-stages.js";
export { failedChecks } from "./failed-checks.js";
export { expectClose, readFixture, type Closeness, type Comparable } from "./fixture.js";
export { gradcheck, type GradcheckOptions } from "./gradcheck.js";
export { describeMethod } from "./method/describe-method.js";
export type { MethodConformance } from "./method/subject.js";
export { describeNetwork, type NetworkConformance } from "./network/describe-network.js";
export type { Runner } from "./runner.js";
