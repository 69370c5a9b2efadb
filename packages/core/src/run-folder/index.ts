export { writeAtomic, type Written } from "./atomic.js";
export { canonicalJson } from "./canonical.js";
export { contentKey, sha256, sha256OfFile, sha256OfFolder, sha256OfJson } from "./content.js";
export { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors, type Safetensors, type StoredTensor } from "./safetensors.js";
