/**
 * A process that trains some steps of one method of distillation by the real loop and prints their times: `node method.mjs '{"method", "network", "teacher", …}'`. What a
 * method trains before its own stage (paraphrasers) is built and not trained.
 */
import { supervised } from "@segdistill/plugin-kd";
import { methods } from "./methods.mjs";
import { stepped } from "./stepped.mjs";

const { method: name, ...asked } = JSON.parse(process.argv[2]);
const method = methods[name]();
let beside = 0;
const sizeOf = ({ variables }) => Object.values(variables).reduce((sum, { size }) => sum + size, 0);
const untrained = {
  ...method,
  ...(method.stages && { stages: (plan) => method.stages(plan).map((one) => ({ ...one, steps: 0 })) }),
  build: (site) => {
    const built = method.build(site);
    const parts = [...(built.trains ?? []), ...(built.adversaries ?? []).map(({ module }) => module)];
    beside = parts.reduce((sum, module) => sum + sizeOf(module), 0);
    return built;
  },
};
const found = await stepped(asked, [supervised(), untrained]);
console.log(JSON.stringify({ ...found, parameters: found.parameters + beside }));
