import { tensor, tidy, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, expect, it } from "vitest";
import { builtLayer } from "../built-layer.js";
import { newPass } from "../fixed-scope.js";
import { activation, added, conv, maxPool, sequence } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const pass = newPass("inference");
const relu = activation("relu", 1);

it("the input is added where there is no shortcut, and the activation comes last", () => {
  const { run, variables } = builtLayer(added({ path: conv({ in: 1, out: 1, size: 1 }), then: relu }), { "it/kernel": -3 });
  expect([...tidy(() => run(tensor([2, -1, 4], [1, 1, 3, 1]), pass)).dataSync()]).toEqual([0, 2, 0]);
  expect(Object.keys(variables)).toEqual(["it/kernel"]);
});

it("a shortcut has variables below its name, and both cost", () => {
  const path = conv({ in: 1, out: 1, size: 2, stride: 2 });
  const shortcut = sequence([["pool", maxPool(1)], ["scale", conv({ in: 1, out: 1, size: 1 })]]); // prettier-ignore
  const layer = added({ path, shortcut, then: relu });
  const { run, variables } = builtLayer(layer, { "it/kernel": 1, "it/shortcut/scale/kernel": 100 });
  const x = (): Tensor4D => tensor([1, 2, 3, 4, 5, 6, 7, -50], [1, 2, 4, 1]);
  expect([...tidy(() => run(x(), pass)).dataSync()]).toEqual([614, 664]); // 14 + 600; −36 + 700
  expect(Object.keys(variables)).toEqual(["it/kernel", "it/shortcut/scale/kernel"]);
  expect([layer.scale, layer.parameters, layer.macs]).toEqual([1 / 2, 5, 1 + 1 / 4]);
});

it("what cannot be added is refused", () => {
  const refused = (message: string): Error => expect.objectContaining({ code: "models-shortcut-does-not-fit", message, exit: 2 }) as Error;
  expect(() => added({ path: conv({ in: 3, out: 8, size: 1 }), then: activation("relu", 8) })).toThrow(
    refused(
      "[added] the path gives 8 channels at 1 of the size, x itself 3 at 1. Expected the same of both. Give it a shortcut of 8 channels at 1.",
    ),
  );
  expect(() =>
    added({ path: conv({ in: 1, out: 1, size: 3, stride: 2 }), shortcut: conv({ in: 1, out: 1, size: 1 }), then: relu }),
  ).toThrow(
    refused(
      "[added] the path gives 1 channels at 0.5 of the size, the shortcut 1 at 1. Expected the same of both. Give it a shortcut of 1 channels at 0.5.",
    ),
  );
});
