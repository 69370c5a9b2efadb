import { mean, randomNormal, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { failedChecks, gradcheck } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { completeEdges, edgeDifference, starEdges, type EdgeLoss } from "../src/index.js";
import { checks } from "./checks.js";
import { distance } from "./distance.js";
import { wrongDistance, wrongs } from "./wrong-variants.js";

await startEngine();

describe("DCGD's losses", () => {
  test.each(Object.entries(checks))("%s", (_, check) => check(distance));
});

// with the fixture of PyTorch out of the way: hand-worked numbers and properties tell
const ours = Object.fromEntries(Object.entries(checks).filter(([name]) => !name.includes("PyTorch")));

test("the second implementation passes all that ours passes", () => expect(failedChecks(checks, wrongDistance("nothing"))).toEqual([]));

test.each(wrongs)("%s: a check tells", (wrong) => expect(failedChecks(ours, wrongDistance(wrong), 1)).not.toEqual([]));

const everything = [
  ["the star", starEdges],
  ["the complete graph", completeEdges],
] as const;
test.each(everything)("central differences: %s", async (_, edges) => {
  const [student, teacher] = [1, 2].map((seed): Tensor => randomNormal([2, 5, 6], 0, 1, "float32", seed)) as [Tensor, Tensor];
  for (const how of [{ loss: "mse" }, { loss: "kl", temperature: 0.3 }] satisfies EdgeLoss[])
    await gradcheck((v) => mean(edgeDifference(edges(v), edges(teacher), how)), [student]);
});
