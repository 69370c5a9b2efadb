import { crossEntropy } from "@segdistill/backend/ops";
import { learns, meanOver, sgd, stage } from "@segdistill/core";
import type { Data, Method, Stage } from "@segdistill/core/contract";
import { uNet } from "@segdistill/models";

const [height, width] = [16, 32];

/** Batches of two blank pictures, ten an epoch; every one that is asked for is noted. */
export const blank = (drawn: string[] = []): Data => ({
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
export const ce = (more: Partial<Supervised> = {}): Supervised => ({
  name: "ce",
  options: {},
  wants: { student: [] },
  build: () => ({
    terms: [{ name: "loss", loss: (step) => meanOver(crossEntropy(step.net.student.logits, step.labels), step.valid) }],
    gates: [{ name: "never", measure: (step) => meanOver(step.valid), accept: () => false, otherwise: "stop" }],
  }),
  ...more,
});

export const small = uNet({ width: 2, classes: 2 });

/** A stage that trains {@link small} on blank pictures by {@link ce}, but for what is said. */
export const blankStage = (name: string, more: { readonly [Key in "nets" | "methods" | "data" | "steps"]?: unknown } = {}): Stage =>
  stage({
    ...{ name, nets: { student: learns(small) }, methods: [ce()], data: blank(), steps: 25 },
    optimiser: sgd({ rate: 0.1, momentum: 0.9 }),
    ...more,
  } as never) as unknown as Stage;
