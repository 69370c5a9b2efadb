/** A process that finds out how long the event loop stands still while a stage trains: `node gaps.mjs '{"network", "precision", "batch", "size", "eager", "steps"}'`. */
import { startEngine } from "@segdistill/backend";
import { adam, learns, memoryStore, stage, train } from "@segdistill/core";
import { supervised } from "@segdistill/plugin-kd";
import { noise } from "../pictures.mjs";
import { networkOf } from "./networks.mjs";

const { network, precision, batch, size, eager, steps } = JSON.parse(process.argv[2]);
await startEngine();
const data = noise({ batch, height: size, width: size, classes: 2 });
let done = 0;
let [last, longest, ticks, total] = [0, 0, 0, 0];
let timer = null;
const store = {
  ...memoryStore(),
  step: (_, { ms }) => {
    done++;
    if (timer) total += ms;
    if (done === steps) {
      longest = Math.max(longest, performance.now() - last);
      clearInterval(timer);
    }
    if (done === 2) {
      // traced and warm: from here on the loop should never stand still
      last = performance.now();
      timer = setInterval(() => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        ticks++;
      }, 1);
    }
  },
};
const goal = stage({ name: "student", nets: { student: learns(networkOf(network)) }, methods: [supervised()], optimiser: adam({ rate: 1e-3 }), data, steps }); // prettier-ignore
const checkpointSeconds = 1e6;
(await train([goal], { seed: 0, precision, store, eager, checkpointSeconds })).dispose();
console.log(JSON.stringify({ longest_ms: longest, step_ms: total / (steps - 2), ticks, steps }));
