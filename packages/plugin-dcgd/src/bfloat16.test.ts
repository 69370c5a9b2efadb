import { add, mean, randomUniform, type Tensor } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { hasBfloat16 } from "@segdistill/backend/library";
import { expect, test } from "vitest";
import { completeEdges, edgeDifference, starEdges, type EdgeLoss } from "./graphs.js";

await startEngine();

// vectors between 3 and 4: all edges are next to 1, and the networks' differ by less than bfloat16's steps there
const [student, teacher] = [1, 2].map((seed) => add(randomUniform([3, 5, 64], 0, 1, "float32", seed), 3)) as [Tensor, Tensor];
const losses: readonly EdgeLoss[] = [{ loss: "mse" }, { loss: "kl", temperature: 0.1 }];
// skipped where the processor has neither avx512_bf16 nor amx_bf16
test
  .skipIf(!hasBfloat16())
  .each([starEdges, completeEdges].flatMap((edges) => losses.map((how) => [edges.name, how.loss, edges, how] as const)))(
  "under bfloat16 %s by %s are computed in float32",
  (_, __, edges, how) => {
    const [plain, short] = (["float32", "bfloat16"] as const).map((precision) => {
      const program = compile((a, b) => [mean(edgeDifference(edges(a), edges(b), how))], { variables: [], precision });
      const found = program.runSync(student, teacher)[0]!.dataSync()[0]!;
      program.dispose();
      return found;
    }) as [number, number];
    expect(plain).toBeGreaterThan(1e-9);
    expect(Math.abs(short / plain - 1)).toBeLessThan(1e-3);
  },
);
