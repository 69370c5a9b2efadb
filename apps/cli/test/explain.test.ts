import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { Explanation } from "../src/explain/explanation.js";

const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const config = fileURLToPath(new URL("../../../examples/tiny.yaml", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "segdistill-explain-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const explain = (...args: readonly string[]) =>
  spawnSync(process.execPath, [bin, "explain", config, ...args], { cwd: folder, encoding: "utf8", env: { ...process.env, CI: "true" } });

test("a configuration is explained by two real steps of every stage, and leaves nothing but the page", { timeout: 240_000 }, () => {
  const { status, stdout, stderr } = explain("--json", "--html", "page.html", "--set", "distil.methods.1.weight={ rampUp: { steps: 4 } }");
  expect([status, stderr]).toEqual([0, ""]);
  const found = JSON.parse(stdout) as Explanation;
  // 8 of 12 pictures to train on, two patches each, four a batch: 4 batches an epoch, two epochs
  expect(found.stages.map(({ name, steps, after }) => [name, steps, after])).toEqual([
    ["teacher", 8, []],
    ["baseline", 8, []],
    ["distillation", 8, ["teacher"]],
  ]);
  expect(found.data).toEqual({ cases: 8, batch: [4, 32, 32, 1], batchesPerEpoch: 4 });
  const [, , distillation] = found.stages;
  expect(distillation!.nets.map(({ role, mode, from }) => [role, mode, from])).toEqual([
    ["student", "trained", null],
    ["teacher", "frozen", "teacher/student"],
  ]);
  // updates 0 … 7; the weight rises over four of them: 0/4, then updates 2, 4, 5 and 7
  expect(distillation!.terms[1]).toMatchObject({ name: "logits/kl", weight: { at: [0, 0.5, 1, 1, 1] } });
  for (const { probe } of found.stages) expect(probe!.totalSeconds).toBeCloseTo(probe!.firstSeconds + 7 * probe!.stepSeconds, 9);
  expect(found.peakBytes).toBeGreaterThan(1e8);
  expect(readdirSync(folder)).toEqual(["page.html"]);
  expect(readFileSync(join(folder, "page.html"), "utf8")).toContain("3. distillation");
});

test("without the probe, as text", { timeout: 120_000 }, () => {
  const { status, stdout } = explain("--no-probe", "--quiet");
  expect(status).toBe(0);
  expect(stdout.split("\n")[0]).toMatch(/^tiny: 3 stages, 24 steps, seed 0, (float32|bfloat16)$/);
  expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
    /^Time was not probed\. A step takes up to \d+(\.\d)? MB of memory beside weights and all else that the process holds, estimated from a trace\.$/,
  );
  expect(explain("--set", "student.use=mobile-unet").stderr).toContain('offers no network "mobile-unet"');
});
