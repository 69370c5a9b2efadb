import { memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { from, frozen, learns, meanOver, sgd, stage } from "@segdistill/core";
import { crossEntropy } from "@segdistill/backend/ops";
import type { Data, Method, Stage } from "@segdistill/core/contract";
import { uNet } from "@segdistill/models";
import { expect, test } from "vitest";
import { probe, shortened } from "./probe.js";

await startEngine();

const [height, width] = [16, 32];
/** Batches of two blank pictures, ten an epoch; every one that is asked for is noted. */
const blank = (drawn: string[]): Data => ({
  picture: { height, width, channels: 1, classes: 2 },
  fingerprint: "blank",
  batchSize: 2,
  batchesPerEpoch: 10,
  epoch: async function* (epoch, _, first = 0) {
    for (let i = first; i < 10; i++) {
      drawn.push(`${epoch}/${i}`);
      yield await Promise.resolve({
        images: new Float32Array(2 * height * width).fill(0.5),
        labels: new Uint8Array(2 * height * width).fill(1),
        valid: new Uint8Array(2 * height * width).fill(1),
        labelled: new Uint8Array(2).fill(1),
        cases: ["a", "b"],
        occurrences: [0, 0],
      });
    }
  },
});
type Supervised = Method<"ce", { student: never }>;
/** Learns from labels; its gate is never passed and would end a run. */
const ce = (more: Partial<Supervised> = {}): Supervised => ({
  name: "ce",
  options: {},
  wants: { student: [] },
  build: () => ({
    terms: [{ name: "loss", loss: (step) => meanOver(crossEntropy(step.net.student.logits, step.labels), step.valid) }],
    gates: [{ name: "never", measure: (step) => meanOver(step.valid), accept: () => false, otherwise: "stop" }],
  }),
  ...more,
});
const small = uNet({ width: 2, classes: 2 });
const made = (name: string, data: Data, nets: object, methods: readonly unknown[]): Stage =>
  stage({ name, nets, methods, data, steps: 25, optimiser: sgd({ rate: 0.1, momentum: 0.9 }) } as never) as unknown as Stage;

test("two steps of every stage, those that methods ask for too, and no gate; nothing is left behind", async () => {
  const drawn: string[] = [];
  const data = blank(drawn);
  const teacher = made("teacher", data, { student: learns(small) }, [ce()]);
  const extra = ce({ stages: ({ data: of }) => [made("extra", of, { student: learns(small) }, [ce()])] });
  const distilled = made("distilled", data, { teacher: frozen(from(teacher, "student" as never)), student: learns(small) }, [extra]);
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

test("a stage that two others name stays one", () => {
  const data = blank([]);
  const teacher = made("teacher", data, { student: learns(small) }, [ce()]);
  const under = (name: string): Stage =>
    made(name, data, { teacher: frozen(from(teacher, "student" as never)), student: learns(small) }, [ce()]);
  const [first, a, b] = shortened([teacher, under("a"), under("b")]);
  const of = (one: Stage | undefined): unknown => {
    const net = one!.nets["teacher"]!;
    return net.mode === "frozen" ? net.of.stage : null;
  };
  expect(of(a)).toBe(first);
  expect(of(b)).toBe(first);
  expect([first!.steps, first!.data.batchesPerEpoch, teacher.steps]).toEqual([2, 2, 25]);
});
