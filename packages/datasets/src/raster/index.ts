export { brightest, channel, type Channel } from "./channel.js";
export { clahe, type ClaheOptions } from "./clahe.js";
export { boundingBox, fieldOfView } from "./field-of-view.js";
export { crop, flipColumns, flipRows, pad, turn, type Box, type Margins } from "./rearrange.js";
export { resizeBilinear, resizeNearest } from "./resize.js";
export { windowed, type Window } from "./window.js";
