export { publishedNames, type NamesOf } from "./names.js";
export { readPublished, type Published, type Values } from "./read.js";
export { startingFrom } from "./starting-from.js";
