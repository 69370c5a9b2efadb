import { appendFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Position } from "../store.js";
import { readRecord } from "./checkpoint.js";
import { readEvents } from "./event-log.js";
import { openRunFolder, type RunFolder } from "./folder.js";
import { folderStore } from "./folder-store.js";
import { runsBeside } from "./reuse.js";
import { temporaryFolder } from "../testing/temporary.js";

const box = temporaryFolder();
const open = (name: string): Promise<RunFolder> => openRunFolder(join(box, name), { config: { name }, text: `name: ${name}\n`, split: {} });
const position: Position = { step: 4, steps: 9, epoch: 1, batch: 1, done: false, seconds: 2.5, counters: { auc: 0.75 } };
const tensors = (x: number) => new Map([["w/kernel", { shape: [1, 3], data: Float32Array.of(x, 2, 3) }]]);
const record = (step: number) => ({ step, steps: 9, epoch: 0, terms: { "kd/loss": { raw: step / 2, weight: 0.5 } }, rate: 0.1, ms: 3 });
const told = (folder: RunFolder): unknown[] => {
  folder.events.flush();
  return readEvents(folder.paths.events).map((line) => [
    line.stage,
    "step" in line && "terms" in line ? line.step : "event" in line && line.event,
  ]);
};

test("a position comes back whole; what was told after it is cut off", async () => {
  const folder = await open("position");
  const store = folderStore(folder);
  expect(await store.load("a", "k")).toBe(null);
  store.tell("a", { event: "started", step: 0, steps: 9 });
  store.step("a", record(1));
  await store.save("a", "k", position, tensors(1));
  store.step("a", record(2));
  folder.close();

  const again = await open("position");
  expect(told(again)).toEqual([
    ["a", "started"],
    ["a", 1],
    ["a", 2],
  ]);
  expect(await folderStore(again).load("a", "k")).toEqual({ position, tensors: tensors(1) });
  expect(told(again)).toEqual([
    ["a", "started"],
    ["a", 1],
  ]);
  expect(readEvents(again.paths.events)[1]).toMatchObject({ epoch: 0, terms: { "kd/loss": { raw: 0.5, weight: 0.5 } }, rate: 0.1, ms: 3 });
  again.close();
});

test("a damaged checkpoint is told and the one before is used, events and all", async () => {
  const folder = await open("damaged");
  const store = folderStore(folder);
  store.step("a", record(4));
  await store.save("a", "k", position, tensors(1));
  store.step("a", record(5));
  await store.save("a", "k", { ...position, step: 5 }, tensors(2));
  folder.close();
  const weights = join(folder.paths.checkpoints, "a", "5.safetensors");
  truncateSync(weights, statSync(weights).size - 1);

  const again = await open("damaged");
  const warnings: string[] = [];
  const found = await folderStore(again, { warn: (text) => warnings.push(text) }).load("a", "k");
  expect(found).toEqual({ position, tensors: tensors(1) });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(`[checkpoint] "${weights}" is damaged: its SHA-256 is `);
  expect(warnings[0]).toContain(`. It was set aside with the ending ".damaged"; stage "a" goes on from step 4.`);
  expect(told(again)).toEqual([["a", 4]]);
  again.close();
});

test("a stage that is done elsewhere under the same key is taken over, also in place of an unfinished one", async () => {
  const there = await open("there");
  const done: Position = { ...position, step: 9, batch: 0, epoch: 3, done: true };
  await folderStore(there).save("teacher", "k", done, tensors(7));
  there.close();
  const here = await open("here");
  const store = folderStore(here, { others: await runsBeside(here.paths.folder) });
  expect(await store.load("teacher", "k0")).toBe(null);
  store.tell("teacher", { event: "started", step: 0, steps: 9 });
  store.step("teacher", record(1));
  await store.save("teacher", "k", position, tensors(1));
  expect(await store.load("teacher", "k")).toEqual({ position: done, tensors: tensors(7) });
  store.tell("teacher", { event: "reused", step: 9, steps: 9 });
  expect(told(here)).toEqual([["teacher", "reused"]]);
  here.close();
  // and now it is there, wherever the other run goes
  const again = await open("here");
  expect(await folderStore(again).load("teacher", "k")).toEqual({ position: done, tensors: tensors(7) });
  again.close();
});

test("events that were lost from outside do not stop a run", async () => {
  const folder = await open("lost");
  const store = folderStore(folder);
  store.step("a", record(4));
  await store.save("a", "k", position, tensors(1));
  const size = folder.events.offset();
  folder.close();
  writeFileSync(folder.paths.events, "");
  const again = await open("lost");
  const warnings: string[] = [];
  await folderStore(again, { warn: (text) => warnings.push(text) }).load("a", "k");
  expect(warnings).toEqual([
    `[events] "${folder.paths.events}" has 0 bytes, but the checkpoint was saved at byte ${size}. Some events of the past are lost; training itself is not touched.`,
  ]);
  again.close();
});

test("a line of events that is none stops a stage that starts anew, before anything is lost", async () => {
  const folder = await open("bad-line");
  appendFileSync(folder.paths.events, "?\n");
  folder.close();
  const again = await open("bad-line");
  await expect(folderStore(again).load("a", "k")).rejects.toMatchObject({
    message: `[events] line 1 of "${folder.paths.events}" is not an event: it is not JSON. Expected one JSON object a line. Take the line out, or restore the file.`,
  });
  again.close();
});

test("a record that vanishes while it is read", async () => {
  const file = join(box, "nowhere", "3.json");
  await expect(readRecord(join(box, "nowhere"), "a", 3)).rejects.toMatchObject({
    code: "checkpoint/vanished",
    exit: 2,
    message: `[checkpoint] "${file}" was there a moment ago and is gone. Expected that nothing else changes the run folder. Call again: the checkpoint before it is used.`,
  });
});
