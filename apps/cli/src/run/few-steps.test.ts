import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { from, frozen, learns } from "@segdistill/core";
import { expect, test } from "vitest";
import { blankStage, ce, small } from "../testing/blank-stages.js";
import { fewSteps, shortened } from "./few-steps.js";

await startEngine();

test("a stage that two others name stays one", () => {
  const teacher = blankStage("teacher");
  const under = (name: string) =>
    blankStage(name, { nets: { teacher: frozen(from(teacher, "student" as never)), student: learns(small) } });
  const [first, a, b] = shortened([teacher, under("a"), under("b")], 2);
  const of = (one: typeof first): unknown => {
    const net = one!.nets["teacher"]!;
    return net.mode === "frozen" ? net.of.stage : null;
  };
  expect(of(a)).toBe(first);
  expect(of(b)).toBe(first);
  expect([first!.steps, first!.data.batchesPerEpoch, teacher.steps]).toEqual([2, 2, 25]);
});

test("where it is stopped no checkpoint is spoken of, for there is none; nothing is left behind", async () => {
  const tensors = memory().numTensors;
  const controller = new AbortController();
  const steps: number[] = [];
  const stopped = fewSteps(
    [blankStage("a")],
    3,
    { seed: 1, signal: controller.signal },
    {
      step: (_, { step }) => {
        steps.push(step);
        controller.abort();
      },
    },
  );
  await expect(stopped).rejects.toMatchObject({
    exit: 130,
    message: "stopped while a few steps were tried. Nothing of them was kept; the same command begins anew.",
  });
  expect(steps).toEqual([0]);
  expect(memory().numTensors).toBe(tensors);
});

test("a stage that a method asks for is cut to its own steps, however few those of the asking stage are", async () => {
  const helped = ce({ stages: ({ data }) => [blankStage("helper", { data })] });
  const told: string[] = [];
  const most = (stage: string): number => (stage === "helper" ? 3 : 0);
  await fewSteps(
    [blankStage("asking", { methods: [helped] })],
    most,
    { seed: 1 },
    { step: (stage, { step }) => void told.push(`${stage}/${step}`) },
  );
  expect(told).toEqual(["helper/0", "helper/1", "helper/2"]);
});
