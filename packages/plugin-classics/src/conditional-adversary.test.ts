import { concat, expandDims, mean, mul, square, sub, sum, tensor3d, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { softmax } from "@segdistill/backend/ops";
import { scope, type Module, type Scope, type Step } from "@segdistill/core";
import { patchDiscriminator } from "@segdistill/models/blocks";
import { describe, expect, test } from "vitest";
import { conditionalAdversary } from "./conditional-adversary.js";
import { number } from "../test/trial.js";
import { random } from "../test/properties.js";

await startEngine();

type Here = Step<{ student: never; teacher: never }>;
const picture = { height: 32, width: 40, channels: 2, classes: 3 };
const [student, teacher, images] = [random([2, 32, 40, 3], 1), random([2, 32, 40, 3], 2), random([2, 32, 40, 2], 3)];
const valid = tensor3d(
  Array.from({ length: 2 * 32 * 40 }, (_, u) => Number(u % 13 !== 5)),
  [2, 32, 40],
);
const step = {
  net: { student: { logits: student }, teacher: { logits: teacher } },
  images,
  valid,
  pass: () => ({}),
  noise: {},
} as unknown as Here;
const at = (): Scope => scope("here", "here", 0, new Map());

describe("the conditional PatchGAN as opponent", () => {
  const options = { weight: 0.3, loss: "lsgan", rate: 1e-4, width: 2 } as const;
  const { term, adversary } = conditionalAdversary<Here>("cocod", { scope: at(), picture }, options);
  // the same first values under the same names
  const twin: Module & { readonly at: ReturnType<ReturnType<typeof patchDiscriminator>["build"]> } = at().module(
    "discriminator",
    (make) => ({
      at: patchDiscriminator({ in: 5, width: 2 }).build(make, "score"),
    }),
  );
  const scores = (logits: Tensor4D): Tensor =>
    twin.at({} as never)(concat([images, mul<Tensor4D>(softmax(logits), expandDims(valid, 3))], 3)).scores;
  const half = (logits: Tensor4D, to: number): number => number(mean(square(sub(scores(logits), to)))) / 2;
  const valueOf = ({ sum: all, count }: { sum: Tensor; count?: Tensor }): number => number(sum(all)) / number(sum(count!));

  test("scores the picture with class probabilities of valid pixels: the student's is to look real", () => {
    expect(term.weight).toBe(0.3);
    expect(valueOf(term.loss(step)) / half(student, 1)).toBeCloseTo(1, 5);
  });

  test("learns that the teacher's is real and the student's is not", () => {
    expect(adversary.module).not.toBe(twin);
    expect(valueOf(adversary.loss(step)) / (half(teacher, 1) + half(student, 0))).toBeCloseTo(1, 5);
  });

  test("by Adam (0.9, 0.99) whose rate falls with power 0.9", () => {
    expect(adversary.optimiser.describe).toMatchObject({ adam: { betas: [0.9, 0.99] } });
    const rate = adversary.optimiser.rate as Exclude<typeof adversary.optimiser.rate, number>;
    expect(rate.value({ step: 50, steps: 100, epoch: 0, perEpoch: 10 })).toBeCloseTo(1e-4 * 0.5 ** 0.9, 12);
  });

  test("pictures below 32 × 32 are refused", () => {
    const build = () => conditionalAdversary<Here>("cocod", { scope: at(), picture: { ...picture, height: 24 } }, options);
    expect(build).toThrow("[cocod] pictures are 24 × 40 pixels");
  });
});
