import { existsSync, readFileSync } from "node:fs";
import { add, mean, randomUniform, squaredDifference, tensor, type Tensor, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { oneHot } from "@segdistill/backend/ops";
import { expectClose } from "@segdistill/core/testing";
import { expect, test } from "vitest";
import { attentionDifference } from "./attention.js";
import { importanceDifference, regionDifference } from "./emkd.js";
import { factorDifference } from "./factor-transfer.js";
import { classSimilarity } from "./intra-class-variation.js";
import { cosinesOfFew, product } from "./product.js";
import { pairDifference } from "./structured-knowledge.js";

await startEngine();

test("cosines of a few vectors are their products with each other", () => {
  const x = tensor([3, 4, 0, 1, 2, 0, 1, 0, 5, 0, 1, 1], [2, 3, 2]) as Tensor3D;
  expectClose(cosinesOfFew(x), [25, 4, 6, 4, 1, 0, 6, 0, 4, 1, 5, 1, 5, 25, 5, 1, 5, 2]);
  expectClose(product(x, x, { transposeB: true }), [...cosinesOfFew(x).dataSync()]);
});

const flags = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
const native = /avx512_bf16|amx_bf16/.test(flags);

// maps between 1 and 2: all cosines are near 1, and students differ from teachers by less than bfloat16's steps there
const [student, teacher] = [1, 2].map((seed) => add(randomUniform([2, 12, 16, 24], 0, 1, "float32", seed), 1)) as [Tensor4D, Tensor4D];
const classes = Array.from({ length: 384 }, (_, i) => Math.floor(i / 7) % 3);
const regions = oneHot(tensor(classes, [2, 12, 16], "int32"), 3) as Tensor4D;
const losses: Readonly<Record<string, (own: Tensor4D, other: Tensor4D) => Tensor>> = {
  attention: (a, b) => attentionDifference(a, b, { power: 1 }),
  "factor transfer": factorDifference,
  "structured knowledge": (a, b) => pairDifference(a, b, { kernel: "half" }),
  "intra-class variation": (a, b) => squaredDifference(classSimilarity(a, regions), classSimilarity(b, regions)),
  "importance maps": importanceDifference,
  "region affinities": (a, b) => regionDifference(a, b, regions).difference,
};
// skipped where the processor has neither avx512_bf16 nor amx_bf16
test.skipIf(!native).each(Object.entries(losses))("under bfloat16 %s is computed in float32", (_, loss) => {
  const [plain, short] = (["float32", "bfloat16"] as const).map((precision) => {
    const program = compile((a, b) => [mean(loss(a as Tensor4D, b as Tensor4D))], { variables: [], precision });
    const found = program.runSync(student, teacher)[0]!.dataSync()[0]!;
    program.dispose();
    return found;
  }) as [number, number];
  expect(plain).toBeGreaterThan(1e-12);
  expect(Math.abs(short / plain - 1)).toBeLessThan(1e-3);
});

test.skipIf(!native)("under bfloat16 what follows a product is computed in float32", () => {
  const x = tensor([3, 40, 5, 60, 70, 8], [1, 2, 3]);
  const program = compile(
    (a) => {
      const products = product(a, a, { transposeB: true });
      return [products, add(products, 1e-3)];
    },
    { variables: [], precision: "bfloat16" },
  );
  const [plain, more] = program.runSync(x).map((found) => found.dataSync()) as [Float32Array, Float32Array];
  program.dispose();
  expect(plain[0]).toBe(1632); // 9 + 1600 + 25 in steps of 8: bfloat16's
  for (const [i, value] of plain.entries()) expect(more[i]! - value).toBeCloseTo(1e-3, 3);
});
