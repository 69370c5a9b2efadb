/** A process that distils a small network for many steps and prints what it holds, early and late: `node leaks.mjs '{"steps": 1000}'`. */
import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, stage, train } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { logits, supervised } from "@segdistill/plugin-kd";
import { noise } from "../pictures.mjs";

const { steps } = JSON.parse(process.argv[2]);
const engine = await startEngine();
const held = (step) => {
  const { tensors, bytes } = engine.memory();
  return { step, tfjs: memory().numTensors, library: tensors, bytes, rssMb: process.memoryUsage().rss / 2 ** 20 };
};
const data = noise({ batch: 2, height: 32, width: 48, classes: 2 });
const rest = { data, optimiser: adam({ rate: 1e-3 }) };
const teacher = stage({
  ...rest,
  name: "teacher",
  nets: { student: learns(uNet({ width: 8, classes: 2 })) },
  methods: [supervised()],
  steps: 1,
});
const nets = { teacher: frozen(from(teacher, "student")), student: learns(uNet({ width: 4, classes: 2 })) };
const distilled = stage({ ...rest, name: "distilled", nets, methods: [supervised(), logits({ temperature: 4 })], steps: steps + 1 }); // one more, for the last one leaves the loop

const found = [];
const step = (name, { step }) => {
  if (name === "distilled" && (step + 1 === Math.min(10, steps) || step + 1 === steps)) found.push(held(step + 1));
};
const trained = await train([distilled], { seed: 0, store: { ...memoryStore(), step } });
trained.dispose();
console.log(JSON.stringify({ early: found[0], late: found.at(-1), end: held(steps) }));
