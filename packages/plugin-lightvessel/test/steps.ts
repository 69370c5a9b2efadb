import { cast, mul, oneHot, reshape, tensor, tensor1d, tensor3d, tensor4d, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { readFixture } from "@segdistill/core/testing";
import type { AdversarialSimilarityOptions } from "../src/adversarial-similarity.js";
import { sines, type Shape } from "../src/testing/maps.js";
import type { Sample } from "../src/testing/sample.js";
import type { Seen, Weights } from "../src/testing/seen.js";

type Option = Required<AdversarialSimilarityOptions>;

/** Hidden layers, the loss of variant A and its gradient in the student's. */
export interface Distance {
  readonly kind: "random" | "dead" | "constant" | "zero";
  readonly annotation: Tensor4D;
  readonly teacher: Tensor4D;
  readonly student: Tensor4D;
  readonly loss: number;
  readonly gradient: Tensor;
}
/** What PyTorch gives for one step. */
export interface StepCase {
  readonly batch: 1 | 3;
  readonly smoothing: number;
  readonly terms: Readonly<Record<"A" | "B" | Option["loss"], { readonly loss: number; readonly gradient: Sample }>>;
  readonly opponent: readonly {
    readonly loss: Option["loss"];
    readonly real: Option["real"];
    readonly value: number;
    readonly gradients: Readonly<Record<string, Sample>>;
  }[];
}

export interface Fixture {
  readonly picture: { readonly height: number; readonly width: number; readonly channels: number; readonly classes: number };
  readonly width: number;
  readonly weights: Weights;
  readonly distances: readonly Distance[];
  readonly steps: readonly StepCase[];
}
/** fixtures/adversarial_similarity.json; the engine must have been started. */
export const readSteps = (): Fixture => readFixture(new URL("../fixtures/adversarial_similarity.json", import.meta.url), tensor) as Fixture;

/** The script's batch: labels in stripes of five pixels, a seventh of the pixels not valid, the second of three images without a label. */
export function batchOf(batch: 1 | 3, { height, width: columns, classes }: Fixture["picture"]): Seen {
  const pixels = height * columns;
  const shape: Shape = [batch, height, columns, classes];
  const at = Array.from({ length: batch * pixels }, (_, u) => u);
  const labels = at.map((u) => Math.floor(u / 5) % (u < (batch - 1) * pixels ? classes : 2));
  const labelled = tensor1d(batch === 3 ? [1, 0, 1] : [1]);
  return {
    images: sines([batch, height, columns, 1], 0),
    student: sines(shape, 1, 2),
    teacher: sines(shape, 2, 4),
    labels: mul(reshape(cast(oneHot(tensor1d(labels, "int32"), classes), "float32"), shape), reshape(labelled, [batch, 1, 1, 1])),
    valid: tensor3d(
      at.map((u) => Number(u % 7 !== 3)),
      [batch, height, columns],
    ),
    labelled,
    mix: tensor4d(
      Array.from({ length: batch }, (_, i) => (i + 1) / (batch + 2)),
      [batch, 1, 1, 1],
    ),
  };
}
