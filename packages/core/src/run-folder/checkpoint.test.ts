import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkpoints, type CheckpointPosition } from "./checkpoint.js";
import { sha256 } from "./content.js";
import { temporaryFolder } from "../testing/temporary.js";

const root = (): string => join(temporaryFolder(), "checkpoints");
const tensors = (value: number) => new Map([["a/kernel", { shape: [1, 2], data: Float32Array.of(value, value + 0.5) }]]);
const at = (step: number, more: Partial<CheckpointPosition> = {}): CheckpointPosition => ({
  stage: "align/teacher",
  key: "k1",
  step,
  steps: 40,
  epoch: 1,
  batch: step - 8,
  done: false,
  eventsOffset: 100 + step,
  seconds: 1.5,
  counters: { gate: 0.25 },
  ...more,
});

test("what is saved is there: files, record, weights", async () => {
  const folder = root();
  const all = checkpoints(folder);
  expect(await all.latest("align/teacher", "k1")).toEqual({ checkpoint: null, warnings: [] });
  await all.save(at(10), tensors(1));
  expect(readdirSync(folder)).toEqual(["align%2Fteacher"]);
  const stage = join(folder, "align%2Fteacher");
  expect(readdirSync(stage).sort()).toEqual(["10.json", "10.safetensors"]);
  const record = { schema: 1, ...at(10), sha256: sha256(readFileSync(join(stage, "10.safetensors"))), tensors: 1 };
  expect(JSON.parse(readFileSync(join(stage, "10.json"), "utf8"))).toEqual(record);
  const { checkpoint, warnings } = await all.latest("align/teacher", "k1");
  expect(warnings).toEqual([]);
  expect(checkpoint!.record).toEqual(record);
  expect(checkpoint!.weights).toBe(join(stage, "10.safetensors"));
  expect(await checkpoint!.read()).toEqual(tensors(1));
  expect(await all.list()).toEqual([{ stage: "align/teacher", records: [record] }]);
});

test("the last two unfinished ones stay, and the finished one", async () => {
  const folder = root();
  const all = checkpoints(folder);
  for (const step of [8, 9, 10, 30]) await all.save(at(step), tensors(step));
  const steps = async (): Promise<number[]> => (await all.list())[0]!.records.map((record) => record.step);
  expect(await steps()).toEqual([10, 30]);
  await all.save(at(40, { done: true }), tensors(40));
  expect(await steps()).toEqual([10, 30, 40]);
  expect(readdirSync(all.folderOf("align/teacher")).filter((name) => name.endsWith(".safetensors")).length).toBe(3);
  expect((await all.latest("align/teacher", "k1")).checkpoint!.record.done).toBe(true);
});

test("weights of a save that was killed before its record are nothing, and go with the next save", async () => {
  const folder = root();
  const all = checkpoints(folder);
  await all.save(at(8), tensors(8));
  const stage = all.folderOf("align/teacher");
  writeFileSync(join(stage, "9.safetensors"), "half");
  expect((await all.latest("align/teacher", "k1")).checkpoint!.record.step).toBe(8);
  await all.save(at(10), tensors(10));
  expect(readdirSync(stage).sort()).toEqual(["10.json", "10.safetensors", "8.json", "8.safetensors"]);
});

test("another key is left alone and told; when the stage is finished anew it goes", async () => {
  const folder = root();
  const all = checkpoints(folder);
  await all.save(at(10), tensors(1));
  await all.save(at(40, { done: true }), tensors(2));
  const found = await all.latest("align/teacher", "k2");
  expect(found.checkpoint).toBe(null);
  expect(found.warnings).toEqual([
    '[checkpoint] stage "align/teacher" has checkpoints of another content (configuration, data or code changed) at steps 10, 40. They are left out.',
  ]);
  await all.save(at(12, { key: "k2" }), tensors(3));
  expect((await all.list())[0]!.records.map(({ step, key }) => [step, key])).toEqual([
    [10, "k1"],
    [12, "k2"],
    [40, "k1"],
  ]);
  expect((await all.latest("align/teacher", "k2")).warnings).toEqual([
    '[checkpoint] stage "align/teacher" has checkpoints of another content (configuration, data or code changed) at step 40. They are left out.',
  ]);
  await all.save(at(30, { key: "k2", done: true }), tensors(4));
  expect((await all.list())[0]!.records.map(({ step, key }) => [step, key])).toEqual([
    [12, "k2"],
    [30, "k2"],
  ]);
});

interface Damage {
  readonly name: string;
  readonly does: (json: string, weights: string) => void;
  readonly problem: (json: string, weights: string) => string;
}
const edit = (file: string, change: (record: Record<string, unknown>) => unknown): void =>
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>)));
const damages: readonly Damage[] = [
  {
    name: "half a record",
    does: (json) => writeFileSync(json, '{"schema": 1, "st'),
    problem: (json) => `"${json}" is damaged: it is not JSON`,
  },
  {
    name: "a record of another form",
    does: (json) => edit(json, (record) => ({ ...record, epoch: -1 })),
    problem: (json) => `"${json}" is damaged: epoch: Too small: expected number to be >=0, found -1`,
  },
  {
    name: "a record of another step",
    does: (json) => edit(json, (record) => ({ ...record, step: 11 })),
    problem: (json) => `"${json}" is damaged: it speaks of step 11 of stage "align/teacher"`,
  },
  { name: "no weights", does: (_, weights) => rmSync(weights), problem: (_, weights) => `"${weights}" is damaged: it is missing` },
  {
    name: "other weights",
    does: (_, weights) => writeFileSync(weights, "abc"),
    problem: (json, weights) =>
      `"${weights}" is damaged: its SHA-256 is ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, 20.json says ${(JSON.parse(readFileSync(`${json}.damaged`, "utf8")) as { sha256: string }).sha256}`,
  },
];
test.each(damages)("damage ($name): set aside and told, the one before is used", async ({ does, problem }) => {
  const all = checkpoints(root());
  await all.save(at(10), tensors(1));
  await all.save(at(20), tensors(2));
  const stage = all.folderOf("align/teacher");
  const [json, weights] = [join(stage, "20.json"), join(stage, "20.safetensors")];
  does(json, weights);
  const { checkpoint, warnings } = await all.latest("align/teacher", "k1");
  expect(checkpoint!.record.step).toBe(10);
  expect(warnings).toEqual([
    `[checkpoint] ${problem(json, weights)}. It was set aside with the ending ".damaged"; stage "align/teacher" goes on from step 10.`,
  ]);
  expect(readdirSync(stage).filter((name) => name.startsWith("20") && !name.endsWith(".damaged"))).toEqual([]);
  expect(readFileSync(`${json}.damaged`).length).toBeGreaterThan(0);
  // told once
  expect((await all.latest("align/teacher", "k1")).warnings).toEqual([]);
});

test("damage everywhere: the stage starts anew", async () => {
  const all = checkpoints(root());
  await all.save(at(10), tensors(1));
  const json = join(all.folderOf("align/teacher"), "10.json");
  writeFileSync(json, "");
  expect(await all.latest("align/teacher", "k1")).toEqual({
    checkpoint: null,
    warnings: [
      `[checkpoint] "${json}" is damaged: it is not JSON. It was set aside with the ending ".damaged"; stage "align/teacher" starts anew.`,
    ],
  });
});

test("a position that is not one is refused", async () => {
  const all = checkpoints(root());
  await expect(all.save(at(10, { seconds: NaN }), tensors(1))).rejects.toMatchObject({
    message: `[checkpoint] "${join(all.folderOf("align/teacher"), "10.json")}" does not hold to its schema: seconds: expected number, found NaN. This is a mistake in the program that saves it.`,
  });
});
