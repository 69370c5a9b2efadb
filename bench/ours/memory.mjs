/** A process that finds out what a training step is estimated to take and what it takes: `node memory.mjs '{"network", "precision", "batch", "size"}'`. */
import { startEngine } from "@segdistill/backend";
import { adam, learns, memoryStore, stage, train } from "@segdistill/core";
import { supervised } from "@segdistill/plugin-kd";
import { noise } from "../pictures.mjs";
import { networkOf } from "./networks.mjs";

const { network, precision, batch, size } = JSON.parse(process.argv[2]);
const spec = networkOf(network);
await startEngine();
const goal = stage({
  name: "student",
  nets: { student: learns(spec) },
  methods: [supervised()],
  optimiser: adam({ rate: 1e-3 }),
  data: noise({ batch, height: size, width: size, classes: 2 }),
  steps: 2,
});
// with next to no memory the loop refuses and says what it would need
const estimate = await train([goal], { seed: 0, precision, memoryBytes: 1 }).then(
  () => {
    throw new Error("a step for which there is no memory was run");
  },
  (failure) => {
    if (failure.code !== "core/too-little-memory") throw failure;
    return failure.estimate;
  },
);
// weights and moments are there when the first step begins: the estimate is of what comes on top
let before = 0;
const tell = (_, { event }) => {
  if (event === "started") before = process.memoryUsage.rss();
};
(await train([goal], { seed: 0, precision, store: { ...memoryStore(), tell }, checkpointSeconds: Infinity })).dispose();
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ estimate, grown: peak - before, peak, parameters: spec.parameters }));
