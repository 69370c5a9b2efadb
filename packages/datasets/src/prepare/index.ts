export * from "../raster/index.js";
export { blended, cutTiles, tiles, type TileOptions, type Tiling } from "../sample/tiles.js";
export { prepare, type Prepare, type Prepared, type Size, type Unprepared } from "./prepare.js";
export { prepareSchema, type PrepareOptions, type PrepareStep } from "./schema.js";
