/**
 * A process that trains some steps by the real loop and prints their times: `node step.mjs '{"network", "teacher", "precision", "eager", "warmUp", "steps", …}'`.
 * With a teacher (frozen) the student learns from its logits too.
 */
import { startEngine } from "@segdistill/backend";
import { adam, from, frozen, learns, memoryStore, stage, train } from "@segdistill/core";
import { logits, supervised } from "@segdistill/plugin-kd";
import { watched } from "../clock.mjs";
import { noise } from "../pictures.mjs";
import { networkOf } from "./networks.mjs";
import { pace } from "./pace.mjs";

const { network, teacher, precision, eager = false, batch, size, started, ...asked } = JSON.parse(process.argv[2]);
const spec = networkOf(network);
await startEngine();
const paced = pace(asked);
/** Processor time of all threads, ms. */
const cpuNow = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const enough = new AbortController();
const found = { parameters: spec.parameters };
let cpu = 0; // where the first step that counts began
const rate = watched(1e-3, () => {
  if (paced.counts() && paced.times.length === 0) cpu = cpuNow();
});
const step = (_, { ms, terms }) => {
  found.firstSeconds ??= (Date.now() - started) / 1000;
  found.loss = Object.values(terms).reduce((sum, { raw, weight }) => sum + raw * weight, 0);
  if (!paced.last(ms)) return;
  found.cpuMs = (cpuNow() - cpu) / paced.times.length;
  found.peakMb = process.resourceUsage().maxRSS / 1024;
  enough.abort();
};
const rest = { optimiser: adam({ rate }), data: noise({ batch, height: size, width: size, classes: 2 }) };
const student = learns(spec);
const teaching =
  teacher && stage({ ...rest, name: "teacher", nets: { student: learns(networkOf(teacher)) }, methods: [supervised()], steps: 0 });
const goal = stage({
  ...rest,
  name: "student",
  nets: teacher ? { teacher: frozen(from(teaching, "student")), student } : { student },
  methods: [supervised(), teacher && logits({ temperature: 4 })],
  steps: asked.warmUp + asked.steps + 1, // it is stopped before
});
try {
  const run = { seed: 0, store: { ...memoryStore(), step }, precision, eager, checkpointSeconds: Infinity, signal: enough.signal };
  await train([goal], run);
} catch (failure) {
  if (failure.code !== "core/interrupted") throw failure;
}
console.log(JSON.stringify({ ms: paced.times, ...found }));
