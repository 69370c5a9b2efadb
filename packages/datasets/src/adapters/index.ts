export { chaseDb1, chaseDb1Options, type ChaseDb1Options } from "./chase-db1.js";
export { detect } from "./detect.js";
export { folder } from "./folder.js";
export { folderOptions, type FolderOptions } from "./folder-options.js";
export { phantoms, phantomsOptions, type PhantomsOptions } from "./phantoms.js";
export { stare, stareOptions, type StareOptions } from "./stare.js";
export { walk } from "./walk.js";
