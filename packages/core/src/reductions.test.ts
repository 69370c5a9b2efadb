import { tensor, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { Loss } from "./contract/index.js";
import { meanOver, totalOf } from "./reductions.js";

await startEngine();

const read = ({ sum, count }: Loss): unknown => [[...sum.dataSync()], count && [...count.dataSync()]];
// two images of 1 × 3 pixels
const values: Tensor = tensor([1, 2, 3, 10, 20, 30], [2, 1, 3]);

test("meanOver counts everything if no mask is given", () => {
  expect(read(meanOver(values))).toEqual([[6, 60], [3, 3]]); // prettier-ignore
});
test("meanOver counts where a pixel mask is 1", () => {
  expect(read(meanOver(values, tensor([1, 0, 1, 0, 0, 1], [2, 1, 3])))).toEqual([[4, 30], [2, 1]]); // prettier-ignore
});
test("meanOver counts where every mask is 1; one number an image is spread over its pixels", () => {
  const valid = tensor([1, 0, 1, 1, 1, 1], [2, 1, 3]);
  expect(read(meanOver(values, valid, tensor([1, 0], [2])))).toEqual([[4, 0], [2, 0]]); // prettier-ignore
});
test("meanOver spreads a pixel mask over channels", () => {
  const maps = tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
  expect(read(meanOver(maps, tensor([1, 0, 0, 1], [1, 2, 2])))).toEqual([[1 + 2 + 7 + 8], [4]]);
});
test("meanOver takes one number an image as it is", () => {
  expect(read(meanOver(tensor([5, 7], [2]), tensor([0, 1], [2])))).toEqual([[0, 7], [0, 1]]); // prettier-ignore
});
test("totalOf sums every image and counts nothing", () => {
  expect(read(totalOf(values))).toEqual([[6, 60], undefined]); // prettier-ignore
});
