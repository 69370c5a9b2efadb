export { differenceOf, gridText, type Grid } from "./grid.js";
export { isDicom } from "./series.js";
export { percentileOf, type Histogram } from "./percentiles.js";
export { readHeader, readVolume, type Header, type Slice, type Source, type Volume } from "./volume.js";
export { writeLabels } from "./write-labels.js";
