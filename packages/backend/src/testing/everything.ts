export * from "../index.js";
export * from "../ops/index.js";
export { runtime } from "../engine.js";
export { smallNet } from "./small-net.js";
export { trainEveryOperator } from "./every-operator.js";
