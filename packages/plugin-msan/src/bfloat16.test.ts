import {
  add,
  squaredDifference,
  sub,
  sum,
  variableGrads,
  mean,
  mul,
  randomUniform,
  reshape,
  slice,
  tensor,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { hasBfloat16 } from "@segdistill/backend/library";
import { oneHot } from "@segdistill/backend/ops";
import { constant, scope, type Module } from "@segdistill/core";
import { expect, test } from "vitest";
import { aligner, consistency, maskCrossEntropy, maskDiceLoss, positionHeaders } from "./index.js";

await startEngine();

// skipped where the processor has neither avx512_bf16 nor amx_bf16
const native = test.skipIf(!hasBfloat16());

// logits between 10 and 12: those of two networks differ by less than bfloat16's steps there
const [own, through] = [1, 2].map((seed) => mul(add(randomUniform([2, 12, 16, 3], 0, 1, "float32", seed), 10), 1.1)) as [
  Tensor4D,
  Tensor4D,
];
const classes = Array.from({ length: 384 }, (_, i) => Math.floor(i / 7) % 3);
const labels = oneHot(tensor(classes, [2, 12, 16], "int32"), 3) as Tensor4D;
const valid = reshape(slice(labels, [0, 0, 0, 0], [-1, -1, -1, 1]), [2, 12, 16]) as Tensor3D;
const one = (x: Tensor4D): Tensor4D => slice(x, [0, 0, 0, 1], [-1, -1, -1, 1]);
const losses: Readonly<Record<string, (a: Tensor4D, b: Tensor4D) => Tensor>> = {
  consistency: (a, b) => consistency(a, b, labels),
  "cross-entropy of one channel": (a) => maskCrossEntropy(one(a), one(labels)),
  "cross-entropy of three": (a) => maskCrossEntropy(a, labels),
  "Dice of one channel": (a) => maskDiceLoss(add(one(a), -10), one(labels), valid),
  "Dice of three": (a) => maskDiceLoss(a, labels, valid),
};
native.each(Object.entries(losses))("under bfloat16 %s is computed in float32", (_, loss) => {
  const [plain, short] = (["float32", "bfloat16"] as const).map((precision) => {
    const program = compile((a, b) => [mean(loss(a as Tensor4D, b as Tensor4D))], { variables: [], precision });
    const found = program.runSync(through, own)[0]!.dataSync()[0]!;
    program.dispose();
    return found;
  }) as [number, number];
  expect(plain).toBeGreaterThan(1e-3);
  expect(Math.abs(short / plain - 1)).toBeLessThan(1e-4);
});

const at = (): Pick<ReturnType<typeof scope>, "module"> => scope("s", "m", 0, new Map<string, Module>());
const map: Tensor4D = mul(add(randomUniform([2, 3, 4, 6], 0, 1, "float32", 3), 5), 1.1);
const [vector, large] = [6, 8].map((d) => mul(add(randomUniform([2, d], 0, 1, "float32", d), 5), 1.1)) as [Tensor2D, Tensor2D];
const headers = at().module("h", positionHeaders({ height: 3, width: 4, hidden: 5 }).build);
const bridged = at().module("a", aligner({ height: 3, width: 4, channels: 6, size: 8, hidden: 5 }).build);
native.each([
  ["a map's vector", headers, () => headers.down(map)],
  ["a vector's map", headers, () => headers.up(vector)],
  ["a vector behind a 1 × 1 convolution", bridged, () => bridged.encode(map)],
  ["a map behind a 1 × 1 convolution", bridged, () => bridged.decode(large)],
] as const)("under bfloat16 a loss of %s is float32, its gradient too", (_, module, of) => {
  const variables = Object.values(module.variables);
  const program = compile(
    () => {
      const y = of();
      const near = add(y, 1e-3);
      const { grads } = variableGrads(() => sum(squaredDifference(of(), constant(near))), variables);
      return [y, sub(near, y), ...Object.values(grads)];
    },
    { variables, precision: "bfloat16" },
  );
  const [y, apart, ...slopes] = program.runSync().map((x) => x.dataSync() as Float32Array);
  program.dispose();
  expect(Math.max(...y!.map(Math.abs))).toBeGreaterThan(0.5); // where bfloat16's steps are 1/256
  for (const one of apart!) expect(one).toBeCloseTo(1e-3, 5);
  expect(Math.max(...slopes.flatMap((slope) => [...slope]).map(Math.abs))).toBeGreaterThan(1e-3);
});
