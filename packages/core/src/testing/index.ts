export { describeDataset, type DatasetConformance } from "./dataset/describe-dataset.js";
export { expectClose, readFixture, type Closeness, type Comparable } from "./fixture.js";
export { gradcheck, type GradcheckOptions } from "./gradcheck.js";
export type { Runner } from "./runner.js";
