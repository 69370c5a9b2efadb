import { squeeze, tensor, tidy } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, expect, it } from "vitest";
import { builtLayer } from "../built-layer.js";
import { newPass } from "../fixed-scope.js";
import { activation, downsampler } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const halved = (from: number, out: number) => downsampler({ in: from, out, bias: true, then: activation("relu", out) });
/** A norm that changes nothing. */
const identity = { "it/norm/scale": 1, "it/norm/offset": 0, "it/norm/mean": 0, "it/norm/variance": 1 - 1e-5 };

it("the convolution's channels, then the pooled ones; norm and ReLU over both", () => {
  const { run } = builtLayer(halved(1, 2), { ...identity, "it/conv/kernel": 1, "it/conv/bias": -20 });
  const x = (): ReturnType<typeof run> => tensor([1, 5, 2, 0, 3, 4, -9, -8], [1, 2, 4, 1]);
  // 3 × 3 sums with zeros above and to the left: 13 and −6, less 20; maxima: 5 and 2
  expect(tidy(() => squeeze(run(x(), newPass("inference")), [0, 1])).arraySync()).toEqual([
    [0, expect.closeTo(5, 4)],
    [0, expect.closeTo(2, 4)],
  ]);
  const open = builtLayer(halved(1, 2), { ...identity, "it/conv/kernel": 1, "it/conv/bias": 20 });
  expect(tidy(() => squeeze(open.run(x(), newPass("inference")), [0, 1])).arraySync()).toEqual([
    [expect.closeTo(33, 4), expect.closeTo(5, 4)],
    [expect.closeTo(14, 4), expect.closeTo(2, 4)],
  ]);
});

it("where no pooled channel finds room, the convolution gives all", () => {
  const { run, variables } = builtLayer(halved(3, 2));
  expect(variables["it/conv/kernel"]!.shape).toEqual([3, 3, 3, 2]);
  expect(tidy(() => run(tensor(Array<number>(24).fill(1), [1, 2, 4, 3]), newPass("inference")).shape)).toEqual([1, 1, 2, 2]);
  expect([halved(3, 2).parameters, halved(2, 3).parameters]).toEqual([9 * 3 * 2 + 2 + 4, 9 * 2 + 1 + 6]);
});
