import { memoryStore, type Position } from "@segdistill/core";
import { expect, test } from "vitest";
import { looked, peakMemory } from "./peak-memory.js";
import { stageMemory } from "./stage-memory.js";

const at = (step: number): Position => ({ step, steps: 9, epoch: 0, batch: 0, done: step === 9, seconds: 1, counters: { gate: 0.5 } });
const record = { step: 0, steps: 9, epoch: 0, terms: {}, rate: 1, ms: 1 };
const told = { event: "started", step: 0, steps: 9 } as const;

test("the most of every stage, from its beginning; a stage that goes on in another process keeps what it had", async () => {
  const inner = memoryStore();
  let rss = 900;
  const first = stageMemory(
    inner,
    looked(() => rss),
  );
  first.store.tell("teacher", told);
  for (const now of [100, 300, 200]) {
    rss = now;
    first.store.step("teacher", record);
  }
  await first.store.save("teacher", "k", at(3), new Map());
  first.store.tell("student", told);
  rss = 50;
  await first.store.save("student", "s", at(3), new Map());
  expect(["teacher", "student", "other"].map(first.bytesOf)).toEqual([300, 50, null]);
  expect(inner.steps).toHaveLength(3);

  const second = stageMemory(
    inner,
    looked(() => rss),
  );
  const found = await second.store.load("teacher", "k");
  expect(found?.position.counters).toEqual({ gate: 0.5, "memory/bytes": 300 });
  second.store.tell("teacher", { ...told, event: "resumed" });
  await second.store.save("teacher", "k", at(9), new Map()); // the loop knows nothing of the counter
  expect(second.bytesOf("teacher")).toBe(300);
  rss = 400;
  await second.store.save("teacher", "k", at(9), new Map());
  expect((await inner.load("teacher", "k"))?.position.counters).toEqual({ gate: 0.5, "memory/bytes": 400 });
  expect(await second.store.load("none", "k")).toBe(null);
});

test("this process's own peak sees a block of memory that is gone again, and forgets it", () => {
  const peak = peakMemory();
  peak.reset();
  const before = peak.bytes();
  const size = 200e6;
  let block: Buffer | null = Buffer.alloc(size, 1);
  peak.look();
  expect(block.length).toBe(size);
  block = null;
  expect(peak.bytes() - before).toBeGreaterThan(0.8 * size);
});
