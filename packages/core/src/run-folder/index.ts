export { writeAtomic, type Written } from "./atomic.js";
export { canonicalJson } from "./canonical.js";
export { checkpoints, type Checkpoint, type CheckpointPosition, type Checkpoints, type Found } from "./checkpoint.js";
export { type CheckpointRecord } from "./checkpoint-record.js";
export { contentKey, sha256, sha256OfFile, sha256OfFolder, sha256OfJson } from "./content.js";
export {
  cpuFlags,
  describeEnvironment,
  environmentSchema,
  readEnvironment,
  type Environment,
  type EnvironmentParts,
} from "./environment.js";
export { eventsOfStage, openEventLog, readEvents, type EventLog } from "./event-log.js";
export {
  isStage,
  isStep,
  isValidation,
  type EventLine,
  type NewEvent,
  type StageLine,
  type StepLine,
  type ValidationLine,
} from "./events.js";
export { folderOwner, lockFolder, type Lock } from "./lock.js";
export { openRunFolder, readRunFolder, runPaths, type RunFolder, type RunFolderOptions, type RunPaths, type RunView } from "./folder.js";
export { folderStore, type FolderStoreOptions } from "./folder-store.js";
export { gitCommit } from "./git-commit.js";
export {
  type CaseScores,
  type DataResults,
  type DomainScores,
  type GainRow,
  type ModelResults,
  type Reasons,
  type Results,
  type Scores,
  type SignedRankRow,
  type StageResults,
} from "./results.js";
export { checkResults, readResults, resultsJsonSchema, resultsSchema, writeResults } from "./results-schema.js";
export { adopt, finishedElsewhere, runsBeside } from "./reuse.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
  type Safetensors,
  type StoredTensor,
} from "./safetensors.js";
export {
  readStudent,
  readStudentDescription,
  studentSchema,
  writeStudent,
  type StoredStudent,
  type StudentDescription,
} from "./student.js";
