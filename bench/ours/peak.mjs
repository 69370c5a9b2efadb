/** A process that measures what this machine can do at most, by the engine's own operators: `node peak.mjs '{"seconds"}'`. */
import { conv2d as direct, dispose, matMul, mul, randomUniform, sub } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { conv2d } from "@segdistill/backend/ops";
import { noBfloat16 } from "../machine.mjs";

const { seconds } = JSON.parse(process.argv[2]);
await startEngine();
const small = (shape) => randomUniform(shape, -0.01, 0.01, "float32", 1);

/** Work in one second, by the fastest of the runs that fit into the time; a run does `work` units of it. */
async function fastest(work, inputs, f, precision) {
  const program = compile(f, { precision, name: "peak" });
  let least = Infinity;
  const end = performance.now() + 1000 * seconds;
  for (let i = 0; i < 4 || performance.now() < end; i++) {
    const start = performance.now();
    dispose(await program.run(...inputs));
    if (i > 0) least = Math.min(least, performance.now() - start);
  }
  program.dispose();
  dispose(inputs);
  return (1000 * work) / least;
}

const rounds = 4;
const times = (x, f) => Array.from({ length: rounds }).reduce(f, x);
const precisions = noBfloat16() ? ["float32"] : ["float32", "bfloat16"];
const found = {};
const n = 2048;
const shape = [4, 64, 64, 128];
for (const precision of precisions) {
  const products = rounds * 2 * n ** 3;
  found[`matmul ${n}³, ${precision}`] = await fastest(
    products,
    [small([n, n]), small([n, n])],
    (x, w) => [times(x, (y) => matMul(y, w))],
    precision,
  );
  const convolved = rounds * 2 * 9 * shape.reduce((a, b) => a * b) * shape[3];
  // what `conv2d` of ours makes of it by Winograd's filtering has half of the products: its speed counts those of the plain form
  const ways = { "": (x, w) => direct(x, w, 1, "same"), ...(precision === "float32" && { ", by Winograd's filtering": conv2d }) };
  for (const [how, convolve] of Object.entries(ways))
    found[`conv 3×3 ${shape.join("×")}, ${precision}${how}`] = await fastest(
      convolved,
      [small(shape), small([3, 3, shape[3], shape[3]])],
      (x, w) => [times(x, (y) => convolve(y, w))],
      precision,
    );
}
// two large tensors read and one written by each of two ops a round; sub and mul in turn, for a chain of one kind would be made shorter
const values = 64 * 2 ** 20;
const moved = rounds * 2 * 3 * 4 * values;
const bandwidth = await fastest(moved, [small([values]), small([values])], (x, w) => [times(x, (y) => mul(sub(y, w), w))], "float32");
console.log(JSON.stringify({ flops: found, bandwidth }));
