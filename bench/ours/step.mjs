/**
 * A process that trains some steps by the real loop and prints their times: `node step.mjs '{"network", "teacher", "precision", "eager", "warmUp", "steps", …}'`.
 * With a teacher (frozen) the student learns from its logits too.
 */
import { logits, supervised } from "@segdistill/plugin-kd";
import { stepped } from "./stepped.mjs";

const asked = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await stepped(asked, [supervised(), asked.teacher && logits({ temperature: 4 })])));
