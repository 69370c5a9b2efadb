/** A process that trains some steps by the real loop and prints their times: `node step.mjs '{"net", "precision", "warmUp", "steps", …}'`. */
import { startEngine } from "@segdistill/backend";
import { adam, learns, memoryStore, stage, train } from "@segdistill/core";
import { mobileUNet, uNet } from "@segdistill/models";
import { supervised } from "@segdistill/plugin-kd";
import { watched } from "../clock.mjs";
import { noise } from "../pictures.mjs";

const { net, precision, warmUp, steps, batch, size } = JSON.parse(process.argv[2]);
const spec = net === "u-net" ? uNet({ width: 32, classes: 2 }) : mobileUNet({ classes: 2 });
await startEngine();
/** Processor time of all threads, ms: where each step began, and at the end. */
const cpuMs = [];
const look = () => {
  const { user, system } = process.cpuUsage();
  cpuMs.push((user + system) / 1000);
};
const store = memoryStore();
const tell = (_, { event }) => event === "finished" && look();
const goal = stage({
  name: net,
  nets: { student: learns(spec) },
  methods: [supervised()],
  optimiser: adam({ rate: watched(1e-3, look) }),
  steps: warmUp + steps,
  data: noise({ batch, height: size, width: size, classes: 2 }),
});
(await train([goal], { seed: 0, store: { ...store, tell }, precision, checkpointSeconds: Infinity })).dispose();
const records = store.steps.map(({ record }) => record);
console.log(
  JSON.stringify({
    ms: records.slice(warmUp).map(({ ms }) => ms),
    cpuMs: (cpuMs.at(-1) - cpuMs[warmUp]) / steps,
    firstMs: records[0].ms,
    loss: records.at(-1).terms["supervised/ce"].raw,
    parameters: spec.parameters,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }),
);
