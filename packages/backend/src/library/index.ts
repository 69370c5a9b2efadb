export { fetchLibrary, planFetch, type FetchOptions, type FetchPlan } from "./fetch.js";
export { findLibrary, searchedPlaces, type FindOptions, type Library } from "./find.js";
export { cacheFolder, thisMachine, type Machine } from "./machine.js";
export { megabytes } from "./megabytes.js";
export { gpuModels, hasBfloat16, processorFlags, processorKind, vectorsOf, type Vectors } from "./processor.js";
export type { OnProgress, Progress } from "./progress.js";
export { tensorflowVersion } from "./release.js";
export { setupLibrary, type SetupOptions, type SetupPlan, type SetupResult } from "./setup.js";
export type { LibraryError } from "./errors.js";
