export { linearAlignment } from "./linear-alignment.js";
