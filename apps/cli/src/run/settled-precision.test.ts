import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "@segdistill/backend";
import { checkpoints, describeEnvironment, plan, runPaths } from "@segdistill/core";
import { afterAll, expect, test } from "vitest";
import { blankStage } from "../testing/blank-stages.js";
import { settledPrecision } from "./settled-precision.js";

await startEngine();
const top = mkdtempSync(join(tmpdir(), "segdistill-settled-"));
afterAll(() => rmSync(top, { recursive: true }));
let runs = 0;
const newRun = (): string => join(top, String(runs++));

const [long, short] = [blankStage("long", { steps: 30 }), blankStage("short", { steps: 20 })];
const about = { goals: [long, short], seed: 3, code: null, alike: [], others: [] };

const begun = async (asked: string, chosen: "float32" | "bfloat16"): Promise<string> => {
  const run = newRun();
  const environment = await describeEnvironment({ packages: {}, threads: 1, precision: { asked, chosen }, tensorflow: null });
  mkdirSync(run);
  writeFileSync(runPaths(run).environment, JSON.stringify(environment));
  return run;
};
/** A run in which one of the stages stands, as it is in one precision and of one seed. */
const kept = async (
  name: "long" | "short",
  precision: "float32" | "bfloat16",
  more: { seed?: number; done?: boolean } = {},
): Promise<string> => {
  const { key, steps } = plan(about.goals, { seed: more.seed ?? about.seed, precision, code: null }).find((stage) => stage.name === name)!;
  const run = newRun();
  await checkpoints(runPaths(run).checkpoints).save(
    { stage: name, key, step: steps, steps, epoch: 3, batch: 0, done: more.done ?? true, eventsOffset: 0, seconds: 1, counters: {} },
    new Map([["w", { shape: [2], data: Float32Array.of(1, 2) }]]),
  );
  return run;
};

test("the first run to be compared with that asked for auto too; what is not there, or asked for one itself, is passed over", async () => {
  const alike = [newRun(), await begun("float32", "float32"), await begun("auto", "bfloat16"), await begun("auto", "float32")];
  expect(await settledPrecision({ ...about, alike })).toEqual({ precision: "bfloat16", why: "2, which it is compared with, has it" });
  writeFileSync(runPaths(alike[2]!).environment, "[");
  expect((await settledPrecision({ ...about, alike }))?.precision).toBe("float32");
});

test("the precision in which stages are done, by the most of their steps; an unfinished one, or that of another seed, says nothing", async () => {
  const of = async (...others: readonly string[]) => (await settledPrecision({ ...about, others }))?.precision ?? null;
  const [a, b] = [await kept("short", "bfloat16"), await kept("long", "float32")];
  expect([await of(a), await of(b), await of(a, b), await of(b, a)]).toEqual(["bfloat16", "float32", "float32", "float32"]);
  expect(await of(await kept("long", "bfloat16", { seed: 4 }), await kept("long", "bfloat16", { done: false }), newRun())).toBe(null);
  expect(await settledPrecision({ ...about, others: [a] })).toEqual({ precision: "bfloat16", why: "stages of it are done in it already" });
});
