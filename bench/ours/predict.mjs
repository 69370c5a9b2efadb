/** A process that predicts some batches, as `segdistill predict` does, and prints their times: `node predict.mjs '{"network", "precision", "warmUp", "steps", …}'`. */
import { randomUniform } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { scope } from "@segdistill/core";
import { networkOf } from "./networks.mjs";
import { pace } from "./pace.mjs";

const { network, precision, batch, size, ...asked } = JSON.parse(process.argv[2]);
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
for (let done = false; !done; ) {
  paced.begins();
  const start = performance.now();
  const [logits] = await program.run(images);
  const ms = performance.now() - start;
  logits.dispose();
  done = paced.last(ms);
}
console.log(JSON.stringify({ ...paced.found(), parameters: spec.parameters }));
