export { alignment, type Aligner, type Alignment, type PassOf } from "./alignment.js";
