/** A process that predicts some batches, as `segdistill predict` does, and prints their times: `node predict.mjs '{"network", "precision", "warmUp", "steps", …}'`. */
import { randomUniform } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { scope } from "@segdistill/core";
import { networkOf } from "./networks.mjs";
import { pace } from "./pace.mjs";

const { network, precision, batch, size, started, ...asked } = JSON.parse(process.argv[2]);
const spec = networkOf(network);
await startEngine();
const net = spec.build(scope("student", spec.name, 0, new Map()));
const none = () => {
  throw new Error("noise was drawn while predicting");
};
const still = { mode: "inference", statistics: "still", noise: { uniform: none, normal: none } };
const program = compile((images) => [net.decode(net.encode(images, still), still).logits], {
  variables: [...Object.values(net.variables), ...Object.values(net.state)],
  precision,
  name: "predict",
});
const images = randomUniform([batch, size, size, 1], 0, 1, "float32", 1);
const paced = pace(asked);
const cpuNow = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const found = { parameters: spec.parameters };
let cpu = 0;
for (let done = false; !done; ) {
  if (paced.counts() && paced.times.length === 0) cpu = cpuNow();
  const start = performance.now();
  const [logits] = await program.run(images);
  const ms = performance.now() - start;
  logits.dispose();
  found.firstSeconds ??= (Date.now() - started) / 1000;
  done = paced.last(ms);
}
found.cpuMs = (cpuNow() - cpu) / paced.times.length;
found.peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ms: paced.times, ...found }));
