import { add, ones, tensor3d, zeros, type Rank, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { layerPath } from "@segdistill/backend/ops";
import { scope } from "@segdistill/core";
import { beforeAll, describe, expect, test } from "vitest";
import { newPass } from "../fixed-scope.js";
import { uNet } from "../u-net.js";
import { conv } from "./convolutions.js";
import { layer, sequence } from "./layer.js";

beforeAll(async () => {
  await startEngine();
});

const newScope = () => scope("distil/student", "student", 1, new Map());
/** The message of what `f` throws. */
function told(f: () => unknown): string {
  try {
    f();
  } catch (failure) {
    return (failure as Error).message;
  }
  throw new Error("nothing was thrown");
}

describe("what goes wrong in a network says in which layer", () => {
  test("an operator of ours, in the middle of a U-Net: operator, both shapes, path", () => {
    const network = uNet({ width: 2, classes: 2 }).build(newScope());
    const pass = newPass("train");
    const { bottleneck, skips } = network.encode(ones([2, 16, 32, 1]), pass);
    const wider = skips.map((skip, i) => (i === 2 ? zeros<Rank.R4>([2, 4, 8, 11]) : skip));
    expect(told(() => network.decode({ bottleneck, skips: wider }, pass))).toBe(
      "[conv2d] x has 19 channels [2, 4, 8, 19], the kernel takes 16 [3, 3, 16, 8], " +
        'in layer "distil/student/decoder/4/fuse/first/conv". Give this layer 16 channels, or make it for 19.',
    );
  });

  test("TensorFlow, in a block that somebody else wrote: it need not do anything for it", () => {
    const odd = { ...conv({ in: 3, out: 3, size: 1 }), build: () => (x: Tensor4D) => add<Tensor4D>(x, tensor3d([1, 2], [1, 1, 2])) };
    const block = sequence([
      ["first", conv({ in: 3, out: 3, size: 1 })],
      ["odd", odd],
    ]);
    const network = newScope().module("translator", (make) => ({ run: block.build(make, "block") }));
    expect(told(() => network.run(ones([2, 5, 4, 3]), newPass("train")))).toBe(
      '[backend] Add: Incompatible shapes: [2,5,4,3] vs. [1,1,2], in layer "distil/student/translator/block/odd".',
    );
  });

  test("layer: a block made by it names itself wherever it is built", () => {
    let seen = "";
    const one = layer({ ...conv({ in: 3, out: 3, size: 1 }), build: () => (x) => ((seen = layerPath()), x) });
    const network = newScope().module("", (make) => ({ run: one.build(make, "head") }));
    network.run(ones([1, 2, 3, 3]), newPass("train"));
    expect([seen, layerPath()]).toEqual(["distil/student/head", ""]);
  });
});
