// Generalisable distillation in code: a U-Net learns to find vessels in invented pictures, a Mobile U-Net learns alone, a semantic autoencoder of the masks and alignment networks of both are trained,
// and the Mobile U-Net goes on learning with their help. How near pictures of another camera are to its own is printed at the end. Everything is small, so that it takes a minute. Node 22.18 or later runs it as it is.
import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, poly, stage, train } from "@segdistill/core";
import { patches, phantoms, prepare, wholePictures } from "@segdistill/datasets";
import { gkd } from "@segdistill/gkd";
import { fsdDomain } from "@segdistill/metrics-fsd";
import { mobileUNet, uNet } from "@segdistill/models";
import { supervised } from "@segdistill/plugin-kd";

const [classes, patch, batch] = [2, 64, 2];
const [set, other] = [await phantoms({ count: 12, size: 64 })(), await phantoms({ count: 12, size: 64, camera: "b" })()];
const shared = { dataSet: await set.fingerprint(), prepare: prepare([{ channel: "green" }, { scale: 255 }]), classes, patch, batch };
const part = (name: string, of = set) => of.cases.filter(({ id }) => of.splits[name]!.includes(id));
const data = patches({ ...shared, cases: part("train"), augment: ["flips"] });
const common = {
  data,
  held: wholePictures({ ...shared, cases: part("validation") }),
  optimiser: adam({ rate: poly(1e-3), decay: 2e-4 }),
  steps: 8,
};

await startEngine();
const student = mobileUNet({ classes });
const teacher = stage({ ...common, name: "teacher", nets: { student: learns(uNet({ width: 8, classes })) }, methods: [supervised()] });
const baseline = stage({ ...common, name: "baseline", nets: { student: learns(student) }, methods: [supervised()] });
const distilled = stage({
  ...common,
  name: "distilled",
  nets: { teacher: frozen(from(teacher, "student")), student: learns(student, { earlier: from(baseline, "student"), start: "earlier" }) },
  methods: [supervised(), gkd({ msan: { autoencoder: { width: 8, epochs: 2, headerEpochs: 2, otherwise: "warn" }, act: { epochs: 2 } } })],
});
const trained = await train([distilled], { seed: 0, store: memoryStore() });
for (const { stage: name, gates } of trained.stages)
  for (const gate of gates) console.log(name, gate.name, gate.value.toPrecision(3), gate.passed);

/** The student's latent vectors of pictures, a row each. */
const latents = async (cases: typeof set.cases): Promise<Float32Array[]> => {
  const rows: Float32Array[] = [];
  for await (const batches of trained.observe(distilled, wholePictures({ ...shared, cases })))
    for (const { name, vectors, size } of batches)
      if (name.endsWith("/student")) for (let i = 0; i < vectors.length; i += size) rows.push(vectors.slice(i, i + size));
  return rows;
};
const near = fsdDomain({ source: await latents(part("test")), target: await latents(part("test", other)) }, { resamples: 0 });
console.log(near.reading, near.value.toPrecision(3), ...near.cautions);
trained.dispose();
