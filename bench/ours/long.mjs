/** A process that distils a small network for many steps and looks at itself again and again: `node --expose-gc long.mjs '{"steps", "samples"}'`. */
import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, stage, train } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { logits, supervised } from "@segdistill/plugin-kd";
import { noise } from "../pictures.mjs";

const { steps, samples } = JSON.parse(process.argv[2]);
const engine = await startEngine();
const rest = { data: noise({ batch: 2, height: 32, width: 48, classes: 2 }), optimiser: adam({ rate: 1e-3 }) };
const first = { nets: { student: learns(uNet({ width: 8, classes: 2 })) }, methods: [supervised()], steps: 0 };
const nets = {
  teacher: frozen(from(stage({ ...rest, ...first, name: "teacher" }), "student")),
  student: learns(uNet({ width: 4, classes: 2 })),
};
// one step more, for the last one leaves the loop
const goal = stage({ ...rest, name: "distilled", nets, methods: [supervised(), logits({ temperature: 4 })], steps: steps + 1 });

const ms = new Float64Array(steps);
const looks = [];
const every = Math.floor(steps / samples);
const step = (_, record) => {
  if (record.step >= steps) return;
  ms[record.step] = record.ms;
  const done = record.step + 1;
  if (done !== 10 && done % every !== 0) return;
  globalThis.gc(); // else the figure swings by tens of MB
  const { tensors, bytes } = engine.memory();
  looks.push({ step: done, tfjs: memory().numTensors, library: tensors, bytes, rss: process.memoryUsage.rss() });
};
const store = { ...memoryStore(), step };
(await train([goal], { seed: 0, store, checkpointSeconds: Infinity })).dispose();
console.log(JSON.stringify({ looks, ms: [...ms] }));
