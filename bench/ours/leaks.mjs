/** A process that distils a small network for many steps and prints what it holds, early and late: `node leaks.mjs '{"steps": 1000}'`. */
import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { memoryStore, train } from "@segdistill/core";
import { distilling } from "./distilling.mjs";

const { steps } = JSON.parse(process.argv[2]);
const engine = await startEngine();
const held = (step) => {
  const { tensors, bytes } = engine.memory();
  return { step, tfjs: memory().numTensors, library: tensors, bytes, rssMb: process.memoryUsage().rss / 2 ** 20 };
};
const found = [];
const step = (_, { step }) => {
  if (step + 1 === Math.min(10, steps) || step + 1 === steps) found.push(held(step + 1));
};
const trained = await train([distilling(steps)], { seed: 0, store: { ...memoryStore(), step } });
trained.dispose();
console.log(JSON.stringify({ early: found[0], late: found.at(-1), end: held(steps) }));
