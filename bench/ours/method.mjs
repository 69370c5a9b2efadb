/**
 * A process that trains some steps of one method of distillation by the real loop and prints their times: `node method.mjs '{"method", "network", "teacher", …}'`. What a
 * method trains before its own stage (paraphrasers) is built and not trained.
 */
import { supervised } from "@segdistill/plugin-kd";
import { methods } from "./methods.mjs";
import { stepped } from "./stepped.mjs";

const { method, ...asked } = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await stepped(asked, [supervised(), methods[method]()])));
