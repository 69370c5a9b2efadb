export { alignedTrial, blobs, pictures, supervised, toGradient, watched, type AlignedTrial, type Watched } from "./aligned-trial.js";
export { linearAlignment } from "./linear-alignment.js";
