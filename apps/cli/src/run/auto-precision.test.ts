import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memory } from "@tensorflow/tfjs-core";
import { startEngine, type Precision } from "@segdistill/backend";
import { crossEntropy } from "@segdistill/backend/ops";
import { learns, meanOver, sgd, stage } from "@segdistill/core";
import type { Data, Method, Stage } from "@segdistill/core/contract";
import { uNet } from "@segdistill/models";
import { afterAll, expect, test } from "vitest";
import { autoPrecision } from "./auto-precision.js";

await startEngine();
const top = mkdtempSync(join(tmpdir(), "segdistill-auto-"));
afterAll(() => rmSync(top, { recursive: true }));
let files = 0;
const newFile = (): string => join(top, String(files++), "precision.json");

const [height, width] = [16, 32];
const blank: Data = {
  picture: { height, width, channels: 1, classes: 2 },
  fingerprint: "blank",
  batchSize: 2,
  batchesPerEpoch: 10,
  epoch: async function* (_, __, first = 0) {
    for (let i = first; i < 10; i++)
      yield await Promise.resolve({
        images: new Float32Array(2 * height * width).fill(0.5),
        labels: new Uint8Array(2 * height * width).fill(1),
        valid: new Uint8Array(2 * height * width).fill(1),
        labelled: new Uint8Array(2).fill(1),
        cases: ["a", "b"],
        occurrences: [0, 0],
      });
  },
};
const ce: Method<"ce", { student: never }> = {
  name: "ce",
  options: {},
  wants: { student: [] },
  build: () => ({ terms: [{ name: "loss", loss: (step) => meanOver(crossEntropy(step.net.student.logits, step.labels), step.valid) }] }),
};
const made = (name: string, steps: number): Stage =>
  stage({
    name,
    nets: { student: learns(uNet({ width: 2, classes: 2 })) },
    methods: [ce],
    data: blank,
    steps,
    optimiser: sgd({ rate: 0.1, momentum: 0.9 }),
  } as never) as unknown as Stage;
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

test("nothing is timed where the processor has no use for bfloat16, nor for a short run", async () => {
  const never = (): Promise<never> => Promise.reject(new Error("timed"));
  const alone = { precision: "float32", why: "this processor cannot" } as const;
  const more = { time: never, file: newFile() };
  expect(await autoPrecision([made("a", 5000)], { ...more, processor: () => Promise.resolve(alone) })).toEqual(alone);
  expect(await autoPrecision([made("a", 299)], { ...more, processor: pays })).toEqual(await pays());
});

test("real steps of both precisions are timed, and nothing is left behind", async () => {
  const before = memory().numTensors;
  let told = 0;
  // bfloat16 is an error on a processor that has none
  const file = newFile();
  const found = await autoPrecision([made("a", 500)], { processor: pays, timing: () => told++, file }).catch((e: unknown) => e as Error);
  expect([told, memory().numTensors]).toEqual([1, before]);
  if (found instanceof Error) expect(found.message).toMatch(/this CPU cannot compute convolutions in bfloat16/);
  else expect(found.why).toMatch(/^bfloat16 takes \d+\.\d\d of float32's time in this run's steps$/);
});
