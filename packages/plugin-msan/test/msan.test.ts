import { mul, randomNormal, reshape, split, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { failedChecks, gradcheck } from "@segdistill/core/testing";
import { describe, expect, test } from "vitest";
import { someAct, someMasks } from "./cases.js";
import { checks } from "./checks.js";
import { ours, reduced, type Weights } from "./msan.js";
import { wrongMsan, wrongs } from "./wrong-variants.js";

await startEngine();

describe("MSAN", () => {
  test.each(Object.entries(checks))("%s", (_, check) => check(ours));
});

describe("central differences, in all weights at once", () => {
  const shapes = { w1: [6, 5], b1: [5], w2: [5, 1], b2: [1], w3: [1, 5], b3: [5], w4: [5, 6], b4: [6] };
  const sizes = Object.values(shapes).map((shape) => shape.reduce((all, n) => all * n, 1));
  const start = randomNormal([sizes.reduce((all, n) => all + n, 0)], 0, 1, "float32", 1);
  const named = (flat: Tensor): Weights => {
    const parts = split(flat, sizes);
    return Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, reshape(parts[i]!, shape)]));
  };
  test.each(["latent", "reconstruction", "consistency", "augmentation"])("ACT: %s", async (term) => {
    await gradcheck((flat) => reduced(ours.act(someAct(), named(flat))[term]!.loss()), [start], { name: term });
  });
  test.each(["cross-entropy", "dice", "map"])("the autoencoder's headers: %s", async (term) => {
    for (const classes of [2, 3]) {
      const given = someMasks(classes);
      const decode: typeof given.decode = (map) => mul(given.decode(map), 0.1); // logits about 1: a saturated one has no slope that float32 could tell
      await gradcheck((flat) => reduced(ours.masks({ ...given, decode }, named(flat))[term]!.loss()), [start], { name: term });
    }
  });
});

// with the fixture of PyTorch out of the way: hand-worked numbers and properties tell
const own = Object.fromEntries(Object.entries(checks).filter(([name]) => !name.includes("PyTorch")));

test("the second implementation passes all that ours passes", () => expect(failedChecks(checks, wrongMsan("nothing"))).toEqual([]));

test.each(wrongs)("%s: a check tells", (wrong) => expect(failedChecks(own, wrongMsan(wrong), 1)).not.toEqual([]));
