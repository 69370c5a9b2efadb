export { alignment, type Aligner, type Alignment, type PassOf } from "./alignment.js";
export { appearanceChanges, changesOption } from "./changes.js";
