import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkpoints, type CheckpointPosition } from "./checkpoint.js";
import { adopt, finishedElsewhere, runsBeside } from "./reuse.js";
import { temporaryFolder } from "../testing/temporary.js";

const tensors = (value: number) => new Map([["w", { shape: [2], data: Float32Array.of(value, 2) }]]);
const position: CheckpointPosition = {
  stage: "teacher",
  key: "k1",
  step: 40,
  steps: 40,
  epoch: 4,
  batch: 0,
  done: true,
  eventsOffset: 900,
  seconds: 12,
  counters: null,
};
const runs = temporaryFolder();
const at = (name: string): string => join(runs, name);
const of = (name: string) => checkpoints(join(at(name), "checkpoints"));

test("a finished stage of the same key is found, taken over under the name it has here, and independent of where it came from", async () => {
  await of("a").save({ ...position, done: false }, tensors(1));
  await of("b").save({ ...position, key: "k0" }, tensors(2));
  await of("c").save(position, tensors(3));
  await of("d").save(position, tensors(4));
  writeFileSync(join(of("c").folderOf("teacher"), "40.safetensors"), "abc");
  mkdirSync(at("not-a-run"));
  writeFileSync(at("file"), "");
  mkdirSync(at("here"));

  expect(await runsBeside(at("here"))).toEqual(["a", "b", "c", "d"].map(at));
  expect(await runsBeside(at("b"))).toEqual(["a", "c", "d"].map(at));
  const { checkpoint, warnings } = await finishedElsewhere(await runsBeside(at("here")), "k1");
  const damaged = join(of("c").folderOf("teacher"), "40.safetensors");
  const record = JSON.parse(readFileSync(join(of("c").folderOf("teacher"), "40.json"), "utf8")) as { sha256: string };
  expect(warnings).toEqual([
    `[checkpoint] "${damaged}" is damaged: its SHA-256 is ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, 40.json says ${record.sha256}. It is not reused; the stage is trained here.`,
  ]);
  expect(readFileSync(damaged, "utf8")).toBe("abc"); // nothing is changed elsewhere
  expect(checkpoint!.weights).toBe(join(of("d").folderOf("teacher"), "40.safetensors"));

  const here = of("here");
  await adopt(checkpoint!, here, "big/teacher", 17);
  const found = (await here.latest("big/teacher", "k1")).checkpoint!;
  expect(found.record).toEqual({ ...checkpoint!.record, stage: "big/teacher", eventsOffset: 17 });
  expect(await found.read()).toEqual(tensors(4));

  await adopt(checkpoint!, here, "big/teacher", 18); // again: the same file
  await of("d").save(position, tensors(5)); // the other run goes on
  expect(await (await here.latest("big/teacher", "k1")).checkpoint!.read()).toEqual(tensors(4));
});

test("nothing to find", async () => {
  expect(await finishedElsewhere([at("nowhere"), at("a")], "k9")).toEqual({ checkpoint: null, warnings: [] });
});
