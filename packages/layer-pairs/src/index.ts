export { pairsAsData, pairsOption, pairsOrQuarter, quarter, tapsOf, type ComparedPair, type LayerPair, type QuarterTap } from "./pairs.js";
export { paraphrased, paraphraserOption, type Encoders, type Paraphrased, type ParaphraserOptions } from "./paraphrased.js";
export { paraphraser, translator, type Paraphraser, type Translate } from "./paraphraser.js";
