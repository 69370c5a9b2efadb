import { mul, tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { Step, Wants } from "./contract/index.js";
import { pooledDice } from "./measures.js";

await startEngine();

test("by hand: two images of 1 × 4 pixels, three classes; a pixel that does not count, an image without label", () => {
  const classes = (rows: readonly (readonly number[])[]) =>
    tensor(
      rows.flat().flatMap((k) => [0, 1, 2].map((c) => Number(c === k))),
      [3, 1, 4, 3],
    ) as Tensor4D;
  const labels = [[1, 2, 0, 1], [2, 2, 0, 0], [1, 1, 1, 1]]; // prettier-ignore
  const decided = [[1, 1, 0, 1], [0, 2, 2, 0], [1, 1, 1, 1]]; // prettier-ignore
  const logits = mul(classes(decided), 5);
  const step = {
    net: { student: { logits } },
    labels: classes(labels),
    valid: tensor([1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1], [3, 1, 4]),
    labelled: tensor([1, 1, 0]),
  } as unknown as Step<Wants>;
  const { sum, count } = pooledDice("student")(step);
  // image 0: pixels 0–2 count: p = {1, 1, –}, t = {1, 2, –}: one hit, 2 + 2; image 1: p = {–, 2, 2, –}, t = {2, 2, –, –}: one hit, 2 + 2; image 2: no label
  expect([[...sum.dataSync()], [...count!.dataSync()]]).toEqual([[2, 2, 0], [4, 4, 0]]); // prettier-ignore
});
