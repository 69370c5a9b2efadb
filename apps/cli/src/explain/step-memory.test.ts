import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { from, frozen, learns, train } from "@segdistill/core";
import { uNet } from "@segdistill/models";
import { expect, test } from "vitest";
import { blank, blankStage, small } from "../testing/blank-stages.js";
import { stepMemory } from "./step-memory.js";

await startEngine();

test("every stage's own estimate, as a run itself has it; no step is run, and nothing is left behind", { timeout: 120_000 }, async () => {
  const drawn: string[] = [];
  const data = blank(drawn);
  const teacher = blankStage("teacher", { data, nets: { student: learns(uNet({ width: 8, classes: 2 })) } });
  const baseline = blankStage("baseline", { data });
  const distilled = blankStage("distilled", { data, nets: { teacher: frozen(from(teacher, "student" as never)), student: learns(small) } });
  const nothing = blankStage("nothing", { data, steps: 0 });
  const run = { seed: 1, precision: "float32" } as const;
  const tensors = memory().numTensors;
  const found = await stepMemory([baseline, nothing, distilled], ["baseline", "nothing", "teacher", "distilled"], run);
  expect(memory().numTensors).toBe(tensors);
  expect(drawn).toEqual(["0/0", "0/0", "0/0"]);
  expect([...found.keys()]).toEqual(["baseline", "teacher", "distilled"]);
  const refusal = await train([teacher], { ...run, memoryBytes: 1 }).catch((e: unknown) => e as { readonly estimate: number });
  expect(found.get("teacher")).toBe((refusal as { readonly estimate: number }).estimate);
  expect(found.get("teacher")! / found.get("baseline")!).toBeGreaterThan(1.01);
});
