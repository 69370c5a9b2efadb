import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, stage, train, type Data } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { attention, fsp } from "@segdistill/plugin-classics";
import { supervised } from "@segdistill/plugin-kd";

// two pictures of 16 × 32 pixels: the right half is brighter and is class 1
const pixels = Array.from({ length: 2 * 16 * 32 }, (_, i) => Number(i % 32 > 15));
const images = Float32Array.from(pixels, (inside, i) => inside + Math.sin(i));
const all = { valid: new Uint8Array(1024).fill(1), labelled: Uint8Array.of(1, 1), cases: ["a", "b"], occurrences: [0, 0] };
const batch = { images, labels: Uint8Array.from(pixels), ...all };
const picture = { height: 16, width: 32, channels: 1, classes: 2 };
// eslint-disable-next-line @typescript-eslint/require-await
const data: Data = { picture, fingerprint: "halves", batchSize: 2, batchesPerEpoch: 1, epoch: async function* () { yield batch; } }; // prettier-ignore

await startEngine();
const common = { data, steps: 20, optimiser: adam({ rate: 1e-2 }) };
const big = learns(uNet({ width: 4, classes: 2 }));
const teacher = stage({ name: "teacher", nets: { student: big }, methods: [supervised()], ...common });
const nets = { teacher: frozen(from(teacher, "student")), student: learns(uNet({ width: 2, classes: 2 })) };
const methods = [supervised(), attention(), fsp({ paraphraser: { epochs: 20 } })]; // fsp's stage comes before, by itself
const distilled = stage({ name: "distilled", nets, methods, ...common });
export const store = memoryStore();
(await train([distilled], { seed: 0, store })).dispose();
console.log(store.steps.at(-1)?.record.terms); // { "supervised/ce": { raw, weight: 1 }, "attention/maps": …, "fsp/flow": … }
