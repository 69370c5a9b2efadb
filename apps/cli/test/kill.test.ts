import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "segdistill-kill-"));
const config = `
name: killed
seed: 3
precision: float32
data:
  train: { use: phantoms, split: train, count: 12, size: 64 }
  test: { phantoms: { use: phantoms, split: test, count: 12, size: 64 } }
prepare: [{ channel: green }, { scale: 255 }]
sample: { patch: 32, perImage: 4, batch: 4, augment: [flips] }
teacher: { use: u-net, width: 4, train: { epochs: 8, optimiser: { adam: { rate: 1e-3 } }, schedule: { poly: 0.9 } } }
student: { use: u-net, width: 3 }
distil:
  epochs: 4
  optimiser: { adam: { rate: 1e-3, decay: 2e-4 } }
  schedule: { poly: 0.9 }
  methods: [{ use: "@segdistill/plugin-kd#supervised" }, { use: "@segdistill/plugin-kd#logits", temperature: 4 }]
evaluate: { metrics: [dice], tile: { size: 64, overlap: 0 } }
`;
beforeAll(() => writeFileSync(join(folder, "killed.yaml"), config));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `segdistill run` in a parent folder of its own, so that nothing done in another run is taken over; killed after so many milliseconds of training; its exit code, or null where it was killed. */
function run(name: string, killAfterMs?: number): Promise<number | null> {
  const child = spawn(process.execPath, [bin, "run", "killed.yaml", "--run", join(name, "run")], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let timer: NodeJS.Timeout | undefined;
  // the clock starts with the first line that the run prints: starting takes its time on a busy machine
  const begin = (): void => {
    if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  };
  child.stdout.on("data", begin);
  child.stderr.on("data", begin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}
const weights = (name: string, model: string): string =>
  createHash("sha256")
    .update(readFileSync(join(folder, name, "run", "students", model, "weights.safetensors")))
    .digest("hex");
const stepsOf = (name: string): string[] =>
  readFileSync(join(folder, name, "run", "events.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { stage: string; step?: number; event?: string; ms?: number })
    .filter((line) => line.ms !== undefined)
    .map(({ stage, step }) => `${stage} ${step!}`);

test("a run killed five times at random moments ends with the bytes of an undisturbed one, and no step is lost or told twice", async () => {
  expect(await run("whole")).toBe(0);
  const moments = Array.from({ length: 5 }, () => 100 + Math.random() * 3000);
  let killed = 0;
  for (const moment of moments) if ((await run("killed", moment)) === null) killed++;
  expect(await run("killed"), `killed after ${moments.map(Math.round).join(", ")} ms`).toBe(0);
  expect(killed, "the moments were all after the end; make the run longer").toBeGreaterThan(0);
  for (const model of ["distilled", "baseline"])
    expect(weights("killed", model), `killed after ${moments.map(Math.round).join(", ")} ms`).toBe(weights("whole", model));
  expect(stepsOf("killed")).toEqual(stepsOf("whole"));
}, 300_000);
