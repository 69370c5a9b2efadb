import { add, mean, mul, randomUniform, squaredDifference, tensor, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { hasBfloat16 } from "@segdistill/backend/library";
import { oneHot } from "@segdistill/backend/ops";
import { expect, test } from "vitest";
import { attentionDifference } from "./attention.js";
import { correlationDifference } from "./cocod.js";
import { importanceDifference, regionDifference } from "./emkd.js";
import { flowDifference, flowMatrix } from "./fsp.js";
import { factorDifference } from "./factor-transfer.js";
import { classSimilarity } from "./intra-class-variation.js";
import { pairDifference } from "./structured-knowledge.js";

await startEngine();

const native = hasBfloat16();

// maps between 1 and 2: all cosines are near 1, and students differ from teachers by less than bfloat16's steps there
const [student, teacher] = [1, 2].map((seed) => add(randomUniform([2, 12, 16, 24], 0, 1, "float32", seed), 1)) as [Tensor4D, Tensor4D];
const classes = Array.from({ length: 384 }, (_, i) => Math.floor(i / 7) % 3);
const regions = oneHot(tensor(classes, [2, 12, 16], "int32"), 3) as Tensor4D;
const layers = (map: Tensor4D) => ({ encoder: map, decoder: mul<Tensor4D>(map, map) });
const losses: Readonly<Record<string, (own: Tensor4D, other: Tensor4D) => Tensor>> = {
  attention: (a, b) => attentionDifference(a, b, { power: 1 }),
  "factor transfer": factorDifference,
  fsp: (a, b) => flowDifference(flowMatrix(a, mul(a, 0.5)), flowMatrix(b, mul(b, 0.5))),
  "structured knowledge": (a, b) => pairDifference(a, b, { kernel: "half" }),
  "structured knowledge by pairs": (a, b) => pairDifference(a, b, { kernel: 2 }),
  cocod: (a, b) => correlationDifference(layers(a), layers(b), "product"),
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
