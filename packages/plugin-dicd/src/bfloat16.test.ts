import { add, mean, mul, randomNormal, type Tensor4D } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { hasBfloat16 } from "@segdistill/backend/library";
import { expect, test } from "vitest";
import { predictionDifference, type Divergence } from "./prediction-difference.js";

await startEngine();

// large logits that differ by less than bfloat16's steps there
const normal = (seed: number) => randomNormal([3, 7, 11, 4], 0, 1, "float32", seed);
const teacher: Tensor4D = add(mul(normal(1), 0.3), 40);
const prediction: Tensor4D = add(teacher, mul(normal(2), 0.05));
// skipped where the processor has neither avx512_bf16 nor amx_bf16
test.skipIf(!hasBfloat16()).each<Divergence>(["kl", "ce", "mse"])("under bfloat16 %s is computed in float32", (by) => {
  const [plain, short] = (["float32", "bfloat16"] as const).map((precision) => {
    const program = compile((a, b) => [mean(predictionDifference(a as Tensor4D, b as Tensor4D, by))], { variables: [], precision });
    const found = program.runSync(teacher, prediction)[0]!.dataSync()[0]!;
    program.dispose();
    return found;
  }) as [number, number];
  expect(plain).toBeGreaterThan(1e-6);
  expect(Math.abs(short / plain - 1)).toBeLessThan(1e-3);
});
