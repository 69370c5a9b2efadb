import { reshape, tensor, tensor1d, tensor3d, tensor4d, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { oneHot } from "@segdistill/backend/ops";
import { expectClose } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { regionMeans, regionsAt, sizesOf } from "./regions.js";

await startEngine();

const hot = (y: number[], shape: [number, number, number]): Tensor4D => oneHot(tensor(y, shape, "int32"), 2) as Tensor4D;

describe("labels at a map's size", () => {
  // 4 × 6 pixels to 2 × 2 positions: rows 1 and 3, columns 1 and 4
  const y = [0, 0, 0, 0, 0, 0, /**/ 0, 1, 0, 0, 0, 0, /**/ 1, 1, 1, 1, 1, 1, /**/ 1, 0, 0, 0, 1, 1];
  const all = { labels: hot(y, [1, 4, 6]), valid: tensor3d(Array<number>(24).fill(1), [1, 4, 6]), labelled: tensor1d([1]) };
  const second = (known: typeof all) => [...reshape(regionsAt(known, [2, 2]), [-1, 2]).dataSync()];

  test("are those of the nearest pixel, so that a line between is lost", () => expect(second(all)).toEqual([0, 1, 1, 0, 1, 0, 0, 1]));

  test("pixels that are not valid and images without a label have no class", () => {
    const valid = tensor3d(
      Array.from({ length: 24 }, (_, i) => Number(i !== 7)),
      [1, 4, 6],
    );
    expect(second({ ...all, valid })).toEqual([0, 0, 1, 0, 1, 0, 0, 1]);
    expect(second({ ...all, labelled: tensor1d([0]) })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

test("means of each class, 0 where it is absent", () => {
  const regions = hot([0, 0, 1, 0, 0, 0], [2, 1, 3]);
  const map = tensor4d([1, 10, 3, 20, 5, 30, 1, 2, 3, 4, 5, 6], [2, 1, 3, 2]);
  expectClose(sizesOf(regions), [2, 1, 3, 0]);
  expectClose(regionMeans(map, regions), [2, 15, 5, 30, 3, 4, 0, 0], { tolerance: 1e-6 });
});
