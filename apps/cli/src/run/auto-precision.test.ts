import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { memory } from "@tensorflow/tfjs-core";
import { startEngine, type Precision } from "@segdistill/backend";
import { afterAll, expect, test } from "vitest";
import { blankStage } from "../testing/blank-stages.js";
import { autoPrecision } from "./auto-precision.js";

await startEngine();
const top = mkdtempSync(join(tmpdir(), "segdistill-auto-"));
afterAll(() => rmSync(top, { recursive: true }));
let files = 0;
const newFile = (): string => join(top, String(files++), "precision.json");

const made = (name: string, steps: number) => blankStage(name, { steps });
const pays = (): Promise<{ precision: Precision; why: string }> => Promise.resolve({ precision: "bfloat16", why: "the processor's" });
/** Seconds of a step by precision and stage; what was asked for is counted. */
const clock = (float32: Record<string, number>, bfloat16: Record<string, number>) => {
  const asked: string[] = [];
  const time = (_: unknown, precision: Precision) => {
    asked.push(precision);
    return Promise.resolve(new Map(Object.entries(precision === "float32" ? float32 : bfloat16)));
  };
  return { asked, time };
};

test("the faster over the whole run is taken, by the stages' steps; it is timed once and kept", async () => {
  const goals = [made("long", 1000), made("short", 100)];
  // 1000·1 + 100·1 = 1100 against 1000·0.9 + 100·3 = 1200, and against 1000·0.5 + 100·3 = 800
  const [slow, fast] = [clock({ long: 1, short: 1 }, { long: 0.9, short: 3 }), clock({ long: 1, short: 1 }, { long: 0.5, short: 3 })];
  expect(await autoPrecision(goals, { processor: pays, time: slow.time, file: newFile() })).toEqual({
    precision: "float32",
    why: "bfloat16 takes 1.09 of float32's time in this run's steps",
  });
  const file = newFile();
  const wanted = { precision: "bfloat16", why: "bfloat16 takes 0.73 of float32's time in this run's steps" };
  for (let i = 0; i < 2; i++) expect(await autoPrecision(goals, { processor: pays, time: fast.time, file })).toEqual(wanted);
  expect(fast.asked).toEqual(["float32", "bfloat16"]);
  // other stages are timed anew, beside those that are known; a broken file is no obstacle
  await autoPrecision([made("long", 1001)], { processor: pays, time: slow.time, file });
  expect(Object.keys(JSON.parse(readFileSync(file, "utf8")) as object)).toHaveLength(2);
  writeFileSync(file, "[");
  expect(await autoPrecision(goals, { processor: pays, time: fast.time, file })).toEqual(wanted);
});

test("a gain below a twentieth is none", async () => {
  const at = (share: number) =>
    autoPrecision([made("a", 300)], { processor: pays, time: clock({ a: 1 }, { a: share }).time, file: newFile() });
  expect([(await at(0.96)).precision, (await at(0.94)).precision]).toEqual(["float32", "bfloat16"]);
});

test("nothing is timed where the processor has no use for bfloat16, nor for a short run, nor where all that counts is what is known, nor where it is settled", async () => {
  const { asked, time } = clock({ a: 1 }, { a: 0.5 });
  const file = newFile();
  const alone = { precision: "float32", why: "this processor cannot" } as const;
  const settled = { precision: "float32", why: "settled" } as const;
  const before = () => Promise.resolve(settled);
  expect(await autoPrecision([made("a", 5000)], { time, file, processor: () => Promise.resolve(alone), settled: before })).toEqual(alone);
  expect(await autoPrecision([made("a", 299)], { time, file, processor: pays })).toEqual(await pays());
  expect(await autoPrecision([made("a", 5000)], { time: null, file, processor: pays })).toEqual(await pays());
  for (const steps of [5, 5000])
    expect(await autoPrecision([made("a", steps)], { time, file, processor: pays, settled: before })).toEqual(settled);
  expect(asked).toEqual([]);
  const nothing = () => Promise.resolve(null);
  const timed = await autoPrecision([made("a", 5000)], { time, file, processor: pays, settled: nothing });
  expect(timed).toEqual({ precision: "bfloat16", why: "bfloat16 takes 0.50 of float32's time in this run's steps" });
  expect(await autoPrecision([made("a", 5000)], { time: null, file, processor: pays })).toEqual(timed);
});

test("a precision in which the steps fail is not taken, and nothing is kept of it; where both fail the run says how", async () => {
  const failing = (...those: readonly Precision[]) => {
    const { time } = clock({ a: 1 }, { a: 0.5 });
    return (_: unknown, precision: Precision) =>
      those.includes(precision) ? Promise.reject(new Error(`no room in ${precision}`)) : time(_, precision);
  };
  const file = newFile();
  const found = (...those: readonly Precision[]) => autoPrecision([made("a", 500)], { processor: pays, file, time: failing(...those) });
  expect(await found("float32")).toEqual({ precision: "bfloat16", why: "a few steps in float32 failed: no room in float32" });
  expect(await found("bfloat16")).toEqual({ precision: "float32", why: "a few steps in bfloat16 failed: no room in bfloat16" });
  expect(await found("float32", "bfloat16")).toEqual(await pays());
  expect(existsSync(file)).toBe(false);
  const stopped = Object.assign(new Error("stopped"), { name: "SegDistillError", code: "trial/stopped", exit: 130 });
  await expect(autoPrecision([made("a", 500)], { processor: pays, file, time: () => Promise.reject(stopped) })).rejects.toBe(stopped);
});

test("what another run keeps meanwhile stays; what is no number is not taken for one", async () => {
  const file = newFile();
  const time = (_: unknown, precision: Precision) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ theirs: 0.9 }));
    return Promise.resolve(new Map([["a", precision === "float32" ? 1 : 0.5]]));
  };
  const wanted = await autoPrecision([made("a", 500)], { processor: pays, file, time });
  const kept = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  expect(Object.values(kept)).toEqual([0.9, 0.5]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(Object.keys(kept).map((key) => [key, "0.5"]))));
  expect(await autoPrecision([made("a", 500)], { processor: pays, file, time })).toEqual(wanted);
});

test("real steps of both precisions are timed, and nothing is left behind", async () => {
  const before = memory().numTensors;
  let told = 0;
  const { why } = await autoPrecision([made("a", 500)], { processor: pays, timing: () => told++, file: newFile() });
  expect([told, memory().numTensors]).toEqual([1, before]);
  // bfloat16 is an error on a processor that has none
  expect(why).toMatch(
    /^bfloat16 takes \d+\.\d\d of float32's time in this run's steps$|^a few steps in bfloat16 failed: .*this CPU cannot compute convolutions in bfloat16/,
  );
});
