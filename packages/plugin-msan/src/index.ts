export { alignment, type Aligner, type Alignment } from "@segdistill/alignment";
export { aligner, type AlignerDefinition, type AlignerOptions } from "./aligner.js";
export { consistency } from "./consistency.js";
export { maskAutoencoder, type MaskAutoencoder, type MaskAutoencoderOptions } from "./mask-autoencoder.js";
export { msan } from "./msan.js";
export type { AutoencoderOptions, MsanOptions, TrainingOptions } from "./options.js";
export { segdistill } from "./plugin.js";
export { positionHeaders, type BuiltHeaders, type PositionHeaders } from "./position-headers.js";
export { hasForeground, maskCrossEntropy, maskDice, maskDiceLoss, masksOf } from "./reconstruction.js";
