export { availableMemory, onGpu } from "./available-memory.js";
export { compile, type Compiled, type CompileOptions, type Precision } from "./compile.js";
export { startEngine, withoutReads, type EngineInfo, type EngineOptions } from "./engine.js";
export type { BackendError } from "./errors.js";
export { firstNonFinite, type NonFinite } from "./first-non-finite.js";
export { heldCopy } from "./held-copy.js";
export { choosePrecision, type ChosenPrecision } from "./precision.js";
export type { MemoryUse } from "./native/handles.js";
export { registerOperators } from "./operators/index.js";
