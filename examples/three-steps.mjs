import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, stage, train } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { logits, supervised } from "@segdistill/plugin-kd";

// four pictures of 32 × 48 pixels: a bright disc, larger in each, on stripes
const [height, width, batchSize] = [32, 48, 4];
const length = batchSize * height * width;
const inside = (i) => Math.hypot((Math.floor(i / width) % height) - 16, (i % width) - 24) < 6 + 2 * Math.floor(i / (height * width));
const images = Float32Array.from({ length }, (_, i) => Number(inside(i)) + 0.3 * Math.sin(i * 12.9898));
const labels = Uint8Array.from({ length }, (_, i) => Number(inside(i)));
const [valid, labelled] = [new Uint8Array(length).fill(1), new Uint8Array(batchSize).fill(1)];
const batch = { images, labels, valid, labelled, cases: ["a", "b", "c", "d"], occurrences: [0, 0, 0, 0] };
async function* epoch() {
  yield batch;
}
const picture = { height, width, channels: 1, classes: 2 };
const common = { data: { picture, fingerprint: "discs", batchSize, batchesPerEpoch: 1, epoch }, steps: 3, optimiser: adam({ rate: 1e-3 }) };

await startEngine();
const teacher = stage({ ...common, name: "teacher", nets: { student: learns(uNet({ width: 8, classes: 2 })) }, methods: [supervised()] });
const nets = { teacher: frozen(from(teacher, "student")), student: learns(uNet({ width: 4, classes: 2 })) };
const distilled = stage({ ...common, name: "distilled", nets, methods: [supervised(), logits({ temperature: 4 })] });
const told = (name, { step, terms }) => console.log(name, step, terms["supervised/ce"].raw);
(await train([distilled], { seed: 0, store: { ...memoryStore(), step: told } })).dispose();
