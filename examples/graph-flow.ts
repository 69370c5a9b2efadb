// Graph Flow in code: a U-Net learns to find vessels in invented pictures, its maps are paraphrased to the student's channels, and a Mobile U-Net learns with its help.
// Everything is small, so that it takes a minute: for a real run take your data, width 32 or 64, patches of 256 and some thousand steps. Node 22.18 or later runs it as it is.
import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, poly, pooledDice, stage, train, type Store } from "@segdistill/core";
import { patches, phantoms, prepare, wholePictures } from "@segdistill/datasets";
import { mobileUNet, uNet } from "@segdistill/models";
import { graphFlow } from "@segdistill/plugin-graphflow";
import { supervised } from "@segdistill/plugin-kd";

const [classes, patch, batch] = [2, 64, 2];
const set = await phantoms({ count: 12, size: 64 })();
const part = (name: string) => set.cases.filter(({ id }) => set.splits[name]!.includes(id));
const shared = { dataSet: await set.fingerprint(), prepare: prepare([{ channel: "green" }, { scale: 255 }]), classes, patch, batch };
const held = wholePictures({ ...shared, cases: part("validation") });
const data = patches({ ...shared, cases: part("train"), augment: ["flips"] });
const validation = { measure: { dice: pooledDice("student") }, describe: "Dice of the student" };
const common = { data, held, validation, steps: 8, optimiser: adam({ rate: poly(1e-3), decay: 2e-4 }) };

await startEngine();
const teacher = stage({ ...common, name: "teacher", nets: { student: learns(uNet({ width: 8, classes })) }, methods: [supervised()] });
const distilled = stage({
  ...common,
  name: "distilled",
  nets: { teacher: frozen(from(teacher, "student")), student: learns(mobileUNet({ classes })) },
  // asks for a stage between the two, in which the paraphrasers are trained; `adversarial: false` and `logits: false` leave these parts out
  methods: [supervised(), graphFlow({ reading: "R1", patch: 3, paraphraser: { epochs: 2 }, adversarial: { width: 8 } })],
});
const store: Store = {
  ...memoryStore(),
  step: (name, { step, terms }) =>
    console.log(name, step, ...Object.entries(terms).map(([term, { raw }]) => `${term} ${raw.toPrecision(3)}`)),
  tell: (name, event) => {
    if (event.event === "validation") console.log(name, "validation", event.values);
  },
};
const trained = await train([distilled], { seed: 0, store });
console.log(trained.stages.map(({ stage: name, seconds }) => `${name}: ${seconds.toFixed(0)} s`).join(", "));
trained.dispose();
