import { mean, sum, tensor1d, tensor3d, tensor4d } from "@tensorflow/tfjs-core";
import type { Aligner } from "@segdistill/alignment";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import { latents } from "./latents.js";
import type { MaskLatent } from "./semantic-autoencoder.js";

await startEngine();

test("vectors of both networks, of masks and of the student's decisions, and which of them count", () => {
  const aligner: Aligner = { encode: (map) => mean(map, [1, 2]), decode: () => undefined as never };
  // pixels of each class
  const masks: MaskLatent = { size: 2, encode: ({ labels }) => sum(labels, [1, 2]) };
  const network = (bottleneck: number[], logits: number[]) => ({
    encoding: { bottleneck: tensor4d(bottleneck, [3, 1, 2, 1]) },
    logits: tensor4d(logits, [3, 2, 1, 2]),
  });
  const step = {
    net: {
      teacher: network([1, 3, 5, 7, 0, 0], Array<number>(12).fill(0)),
      student: network([2, 4, 6, 8, 1, 1], [0, 1, 1, 0, 2, 3, 5, 6, 1, 1, 0, 9]),
    },
    labels: tensor4d([1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1], [3, 2, 1, 2]),
    valid: tensor3d([1, 1, 1, 0, 0, 0], [3, 2, 1]),
    labelled: tensor1d([1, 0, 1]),
    pass: () => undefined,
  };
  const found = latents({ teacher: aligner, student: aligner, size: 1 }, masks).map(({ name, of }) => {
    const { vectors, counts } = of(step as never);
    return [name, vectors.arraySync(), [...counts.dataSync()]];
  });
  expect(found).toEqual([
    ["teacher", [[2], [6], [0]], [1, 1, 0]],
    ["student", [[3], [7], [1]], [1, 1, 0]],
    ["mask", [[2, 0], [0, 0], [0, 2]], [1, 0, 0]], // prettier-ignore
    ["predicted", [[1, 1], [0, 2], [1, 1]], [1, 1, 0]], // prettier-ignore
  ]);
});
