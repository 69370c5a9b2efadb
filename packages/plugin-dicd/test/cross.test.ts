import { randomNormal, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { failedChecks, gradcheck } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { predictionDifference } from "../src/index.js";
import { checks } from "./checks.js";
import { crossing } from "./crossing.js";
import { wrongCrossing, wrongs } from "./wrong-variants.js";

await startEngine();

describe("DICD's loss", () => {
  test.each(Object.entries(checks))("%s", (_, check) => check(crossing));
});

// with the fixture of PyTorch out of the way: hand-worked numbers and properties tell
const ours = Object.fromEntries(Object.entries(checks).filter(([name]) => !name.includes("PyTorch")));

test("the second implementation passes all that ours passes", () => expect(failedChecks(checks, wrongCrossing("nothing"))).toEqual([]));

test.each(wrongs)("%s: a check tells", (wrong) => expect(failedChecks(ours, wrongCrossing(wrong), 1)).not.toEqual([]));

test.each(["kl", "ce", "mse"] as const)("central differences: %s", async (divergence) => {
  const [teacher, student] = [1, 2].map((seed): Tensor => randomNormal([2, 3, 5, 4], 0, 2, "float32", seed)) as [Tensor4D, Tensor4D];
  await gradcheck((z) => predictionDifference(teacher, z as Tensor4D, divergence), [student]);
});
