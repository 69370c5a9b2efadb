/** A process that distils a small network for many steps and looks at itself again and again: `node --expose-gc long.mjs '{"steps", "samples"}'`. */
import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { memoryStore, train } from "@segdistill/core";
import { distilling } from "./distilling.mjs";

const { steps, samples } = JSON.parse(process.argv[2]);
const engine = await startEngine();
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
(await train([distilling(steps)], { seed: 0, store, checkpointSeconds: Infinity })).dispose();
console.log(JSON.stringify({ looks, ms: [...ms] }));
