import {
  keep,
  mul,
  reshape,
  slice,
  sum,
  tensor,
  tensor4d,
  tidy,
  variableGrads,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope, type Module, type Pass } from "@segdistill/core";
import { expectClose, readFixture } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { maskAutoencoder } from "./index.js";

await startEngine();

interface Case {
  readonly masks: Tensor4D;
  readonly latent: Tensor4D;
  readonly logits: Tensor4D;
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly train?: {
    readonly noise: Tensor2D;
    readonly by: Tensor4D;
    readonly logits: Tensor4D;
    readonly gradient: Readonly<Record<string, Tensor>>;
    readonly moved: Readonly<Record<string, Tensor>>;
  };
}
const { width, cases } = readFixture(new URL("../fixtures/mask_autoencoder.json", import.meta.url), tensor) as {
  readonly width: number;
  readonly cases: readonly [Case, Case];
};
/** With the fixture's weights, all of them. */
function built({ masks }: Case, weights: Readonly<Record<string, Tensor>>) {
  const module = scope("psae", "psae", 0, new Map<string, Module>()).module("", maskAutoencoder({ channels: masks.shape[3], width }).build);
  const all = { ...module.variables, ...module.state };
  expect(Object.keys(all).sort()).toEqual(Object.keys(weights).sort());
  for (const [name, v] of Object.entries(all)) tidy(() => v.assign(reshape(weights[name]!, v.shape)));
  return module;
}
const inference: Pass = { mode: "inference", statistics: "still", noise: undefined as never };

describe("E and D as PyTorch, at width 2", () => {
  test.each([
    ["three pictures of one channel, one of them empty", cases[0], cases[0].weights],
    ["one picture of three classes", cases[1], { ...cases[0].weights, ...cases[1].weights }],
  ] as const)("%s: latent map and logits", (_, one, weights) => {
    const { encode, decode } = built(one, weights);
    const latent = tidy(() => encode(one.masks, inference));
    expectClose(latent, one.latent, { what: "M" });
    expectClose(
      tidy(() => decode(latent, inference)),
      one.logits,
      { what: "logits" },
    );
  });

  test("a training pass: logits, gradients in every level, running statistics", () => {
    const [{ masks, weights, train }] = cases;
    const module = built(cases[0], weights);
    const drawn: string[] = [];
    const uniform = (site: string, shape: readonly number[]): Tensor => {
      drawn.push(site);
      expect(shape).toEqual([1, 1, width]);
      return reshape(train!.noise, [3, 1, 1, width]);
    };
    const pass: Pass = { mode: "train", statistics: "move", noise: { uniform, normal: undefined as never } };
    let logits: Tensor | undefined;
    const { grads } = variableGrads(() => {
      logits = keep(module.decode(module.encode(masks, pass), pass));
      return sum(mul(logits, train!.by));
    }, Object.values(module.variables));
    expectClose(logits!, train!.logits, { what: "logits" });
    expect(drawn.length).toBe(1);
    for (const [name, expected] of Object.entries(train!.gradient))
      expectClose(reshape(grads[module.variables[name]!.name]!, expected.shape), expected, { what: name });
    const moved = Object.entries(train!.moved);
    expect(moved.length).toBe(Object.keys(module.state).length);
    for (const [name, expected] of moved) expectClose(module.state[name]!, expected, { what: name });
  });
});

test("a picture's latent map depends on no other picture, in inference", () => {
  const { encode } = built(cases[0], cases[0].weights);
  const second = tidy(() => encode(slice(cases[0].masks, [1, 0, 0, 0], [1, -1, -1, -1]), inference));
  expectClose(second, slice(cases[0].latent, [1, 0, 0, 0], [1, -1, -1, -1]), { what: "M" });
});

test("three pools: a height and width of 8 is one position, and 64 channels give 512", () => {
  const { size, multiple, build } = maskAutoencoder({ channels: 1, width: 4 });
  expect([size, multiple, maskAutoencoder({ channels: 1 }).size]).toEqual([32, 8, 512]);
  const { encode } = scope("psae", "psae", 0, new Map<string, Module>()).module("", build);
  expect(tidy(() => encode(tensor4d(new Float32Array(8 * 24), [1, 8, 24, 1]), inference)).shape).toEqual([1, 1, 3, 32]);
});
