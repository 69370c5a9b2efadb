/** A process that trains Mobile U-Net on patches of phantoms, then on the same batches from memory, and prints how long lay between steps. */
import { startEngine } from "@segdistill/backend";
import { adam, learns, memoryStore, stage, train } from "@segdistill/core";
import { patches, phantoms, prepare } from "@segdistill/datasets";
import { mobileUNet } from "@segdistill/models";
import { supervised } from "@segdistill/plugin-kd";
import { watched } from "../clock.mjs";
import { held } from "../pictures.mjs";
import { median } from "../numbers.mjs";

const epochs = 2;
const set = await phantoms({ count: 12, size: 384 })();
const data = patches({
  cases: set.cases,
  dataSet: await set.fingerprint(),
  prepare: prepare([{ channel: "green" }, { clahe: { clip: 2, tiles: 8 } }, { scale: 255 }]),
  classes: 2,
  patch: 256,
  perImage: 4,
  batch: 4,
  augment: ["flips"],
});
await startEngine();

/** Trains, and gives the batches, the times of the steps, when each began, and when the last one ended. */
async function trained(source) {
  const batches = [];
  const store = memoryStore();
  const starts = [];
  const seen = {
    ...source,
    async *epoch(...asked) {
      for await (const batch of source.epoch(...asked)) {
        batches.push(batch);
        yield batch;
      }
    },
  };
  const steps = epochs * source.batchesPerEpoch;
  const nets = { student: learns(mobileUNet({ classes: 2 })) };
  const optimiser = adam({ rate: watched(1e-3, () => starts.push(performance.now())) });
  const goal = stage({ name: "student", nets, methods: [supervised()], optimiser, steps, data: seen });
  let end = 0;
  const tell = (_, { event }) => {
    if (event === "finished") end = performance.now();
  };
  (await train([goal], { seed: 0, store: { ...store, tell }, checkpointSeconds: Infinity })).dispose();
  const ms = store.steps.map(({ record }) => record.ms);
  return { batches, ms, starts, end };
}

/** Wall time from the start of step `from` to the start of step `to`, and what of it no step took. */
function between({ ms, starts, end }, from, to) {
  const seconds = ((starts[to] ?? end) - starts[from]) / 1000;
  const own = ms.slice(from, to);
  return { steps: to - from, seconds, waitedSeconds: seconds - own.reduce((a, b) => a + b, 0) / 1000, medianMs: median(own) };
}

const real = await trained(data);
const same = await trained(held(data.picture, real.batches.slice(0, data.batchesPerEpoch)));
const [all, epoch] = [epochs * data.batchesPerEpoch, data.batchesPerEpoch];
// the first step compiles
console.log(JSON.stringify({ patches: between(real, 1, all), first: between(real, 1, epoch), held: between(same, 1, all) }));
