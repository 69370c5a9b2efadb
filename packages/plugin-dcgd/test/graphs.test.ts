import { mean, randomNormal, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { gradcheck } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { completeEdges, edgeDifference, starEdges, type EdgeLoss } from "../src/index.js";
import { checks } from "./checks.js";
import { distance } from "./distance.js";
import { wrongDistance, wrongs } from "./wrong-variants.js";

await startEngine();

describe("DCGD's losses", () => {
  test.each(Object.entries(checks))("%s", (_, check) => check(distance));
});

/** What an implementation fails at, by name. */
const failures = (wrong: Parameters<typeof wrongDistance>[0]): string[] =>
  Object.entries(checks).flatMap(([name, check]) => {
    try {
      check(wrongDistance(wrong));
      return [];
    } catch {
      return [name];
    }
  });

test("the second implementation passes all that ours passes", () => expect(failures("nothing")).toEqual([]));

test.each(wrongs)("%s: a check tells", (wrong) => {
  const found = failures(wrong);
  expect(found).not.toEqual([]);
  // with the fixture of PyTorch out of the way, hand-worked numbers and properties still tell
  expect(found.filter((name) => !name.includes("PyTorch"))).not.toEqual([]);
});

const everything = [
  ["the star", starEdges],
  ["the complete graph", completeEdges],
] as const;
test.each(everything)("central differences: %s", async (_, edges) => {
  const [student, teacher] = [1, 2].map((seed): Tensor => randomNormal([2, 5, 6], 0, 1, "float32", seed)) as [Tensor, Tensor];
  for (const how of [{ loss: "mse" }, { loss: "kl", temperature: 0.3 }] satisfies EdgeLoss[])
    await gradcheck((v) => mean(edgeDifference(edges(v), edges(teacher), how)), [student]);
});
