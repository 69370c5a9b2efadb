import { expect, test } from "vitest";
import { fromPyTorch } from "./given-weights.js";

const values = (...shape: number[]) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i) });

test("a state dict gets our names and layouts", () => {
  const stored = new Map([
    ["conv.weight", values(2, 3, 1, 2)], // [out, in, kh, kw]
    ["depth.weight", values(3, 1, 1, 2)], // [C, 1, kh, kw]
    ["bn.num_batches_tracked", values(1)],
    ["bn.weight", values(2)],
  ]);
  const names = { kernel: "conv.weight", depthwise: "depth.weight", scale: "bn.weight" };
  const shapes = new Map([
    ["kernel", [1, 2, 3, 2]],
    ["depthwise", [1, 2, 3, 1]],
    ["scale", [2]],
  ]);
  const found = fromPyTorch(stored, names, shapes, "w.safetensors");
  // element [0, j, k, l] of ours is [l, k, 0, j] of theirs: 6 l + 2 k + j
  expect(found.get("kernel")).toEqual({ shape: [1, 2, 3, 2], data: Float32Array.of(0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11) });
  expect(found.get("depthwise")).toEqual({ shape: [1, 2, 3, 1], data: Float32Array.of(0, 2, 4, 1, 3, 5) });
  expect(found.get("scale")).toEqual({ shape: [2], data: Float32Array.of(0, 1) });
});

test("every name without a partner is listed", () => {
  const stored = new Map([
    ["a", values(1)],
    ["b", values(1)],
  ] as const);
  expect(() =>
    fromPyTorch(
      stored,
      { one: "a", typo: "a", two: "c" },
      new Map([
        ["one", [1]],
        ["two", [1]],
        ["three", [1]],
      ]),
      "w.safetensors",
    ),
  ).toThrow(
    '[teacher.weights] names do not match "w.safetensors". Of the network, without a tensor: two, three. Of the file, not used: b. Of the name map, not in the network: typo. Mend the name map.',
  );
});
