export { readMask, readPicture } from "./picture.js";
export { decodePnm, isPnm, spread, type Pnm } from "./pnm.js";
export { binarise, mapped } from "./values.js";
export { writePng } from "./write-png.js";
export * from "./volume/index.js";
