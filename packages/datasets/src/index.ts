export * from "./raster/index.js";
export * from "./readers/index.js";
