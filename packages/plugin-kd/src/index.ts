export { logits, logitsDistillation, type LogitsOptions } from "./logits.js";
export { segdistill } from "./plugin.js";
export { supervised } from "./supervised.js";
