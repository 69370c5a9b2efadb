export * from "./adapters/index.js";
export { segdistill } from "./plugin.js";
export * from "./raster/index.js";
export * from "./readers/index.js";
export { prepare, type Prepare, type Prepared, type Size, type Unprepared } from "./prepare/prepare.js";
export { prepareSchema, type PrepareOptions, type PrepareStep } from "./prepare/schema.js";
export { patches, type PatchesOptions } from "./sample/patches.js";
export { sampleSchema, type SampleOptions } from "./sample/schema.js";
export { blended, cutTiles, tiles, type TileOptions, type Tiling } from "./sample/tiles.js";
