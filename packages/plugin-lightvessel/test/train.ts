import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, stage, train, type Data } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { supervised } from "@segdistill/plugin-kd";
import { lightVessel } from "@segdistill/plugin-lightvessel";

// two pictures of 32 × 48 pixels: the right half is brighter and is class 1
const pixels = Array.from({ length: 2 * 32 * 48 }, (_, i) => Number(i % 48 > 23));
const images = Float32Array.from(pixels, (inside, i) => inside + Math.sin(i));
const all = { valid: new Uint8Array(3072).fill(1), labelled: Uint8Array.of(1, 1), cases: ["a", "b"], occurrences: [0, 0] };
const batch = { images, labels: Uint8Array.from(pixels), ...all };
const picture = { height: 32, width: 48, channels: 1, classes: 2 };
// eslint-disable-next-line @typescript-eslint/require-await
const data: Data = { picture, fingerprint: "halves", batchSize: 2, batchesPerEpoch: 1, epoch: async function* () { yield batch; } }; // prettier-ignore

await startEngine();
const common = { data, steps: 20, optimiser: adam({ rate: 1e-2 }) };
const big = learns(uNet({ width: 4, classes: 2 }));
const teacher = stage({ name: "teacher", nets: { student: big }, methods: [supervised()], ...common });
const nets = { teacher: frozen(from(teacher, "student")), student: learns(uNet({ width: 2, classes: 2 })) };
const distilled = stage({ name: "distilled", nets, methods: [supervised(), lightVessel({ adversarial: { width: 8 } })], ...common });
export const store = memoryStore();
(await train([distilled], { seed: 0, store })).dispose();
console.log(store.steps.at(-1)?.record.terms); // { "supervised/ce": { raw, weight: 1 }, "light-vessel/feature-similarity/similarity": … }
