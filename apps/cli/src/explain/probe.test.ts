import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { from, frozen, learns } from "@segdistill/core";
import { expect, test } from "vitest";
import { blank, blankStage, ce, small } from "../testing/blank-stages.js";
import { probe } from "./probe.js";

await startEngine();

test("two steps of every stage, those that methods ask for too, and no gate; nothing is left behind", async () => {
  const drawn: string[] = [];
  const data = blank(drawn);
  const teacher = blankStage("teacher", { data });
  const extra = ce({ stages: ({ data: of }) => [blankStage("extra", { data: of })] });
  const distilled = blankStage("distilled", {
    ...{ data, methods: [extra] },
    nets: { teacher: frozen(from(teacher, "student" as never)), student: learns(small) },
  });
  const tensors = memory().numTensors;
  const peaks = [1000, 3000, 2000];
  const peak = { reset: () => undefined, look: () => undefined, bytes: () => peaks.shift()! };
  const found = await probe([teacher, distilled], { seed: 1, precision: "float32" }, peak);
  expect(memory().numTensors).toBe(tensors);
  expect([...found.keys()]).toEqual(["teacher", "extra", "distilled"]);
  expect([...found.values()].map(({ peakBytes }) => peakBytes)).toEqual([1000, 3000, 2000]);
  for (const { firstSeconds, stepSeconds } of found.values()) {
    expect(firstSeconds).toBeGreaterThan(0);
    expect(stepSeconds).toBeGreaterThan(0);
    expect(stepSeconds).not.toBe(firstSeconds);
  }
  // of ten batches an epoch, the first two; the loop may ask for the epoch's next before it ends
  expect(drawn).toEqual(["0/0", "0/1", "0/0", "0/1", "0/0", "0/1"]);
}, 120_000);
