import { describe, expect, it } from "vitest";
import { augmentSchema } from "./augment-schema.js";
import { sampleSchema } from "./schema.js";

const problems = (value: unknown) => augmentSchema.safeParse(value).error?.issues.map(({ path, message }) => [path.join("."), message]);
const sampleProblems = (value: object) =>
  sampleSchema.safeParse({ patch: 64, batch: 4, ...value }).error?.issues.map(({ path, message }) => [path.join("."), message]);

describe("augmentSchema", () => {
  it("fills in defaults", () => {
    const list = [
      "flips",
      "rotate90",
      { rotate: { degrees: 15 } },
      { elastic: { deviation: 4 } },
      { gamma: { from: 0.7, to: 1.5, probability: 0.3 } },
    ];
    expect(augmentSchema.parse(list)).toEqual([
      "flips",
      "rotate90",
      { rotate: { degrees: 15, probability: 1 } },
      { elastic: { deviation: 4, spacing: 32, probability: 1 } },
      { gamma: { from: 0.7, to: 1.5, probability: 0.3, range: [0, 1] } },
    ]);
  });

  it.each([
    [["flip"]],
    [[{ rotate: { degree: 3 } }]],
    [[{ rotate: { degrees: 3 }, scale: { from: 1, to: 2 } }]],
    [[{ shear: { by: 3 } }]],
    [[{ rotate: {} }]],
  ])("refuses %j", (list) => {
    expect(problems(list)).toEqual([["0", "Invalid input"]]);
  });

  it("says what is wrong with bounds, ranges and doublets", () => {
    expect(problems([{ rotate: { degrees: 3, probability: 2 } }])).toEqual([
      ["0.rotate.probability", "Too big: expected number to be <=1"],
    ]);
    expect(problems([{ elastic: { deviation: 4, spacing: 2 } }])).toEqual([["0.elastic.spacing", "Too small: expected number to be >=4"]]);
    expect(problems([{ scale: { from: 2, to: 1 } }])).toEqual([["0.scale", "from no larger than to"]]);
    expect(problems([{ noise: { from: 0, to: 0.1, range: [1, 1] } }])).toEqual([
      ["0.noise.range", "[lowest, highest] of the prepared pictures' values, the lowest first"],
    ]);
    expect(problems(["flips", { rotate: { degrees: 3 } }, "flips", { rotate: { degrees: 5 } }])).toEqual([
      ["2", "each augmentation at most once"],
      ["3", "each augmentation at most once"],
    ]);
  });
});

describe("sampleSchema", () => {
  it("refuses quarter turns of patches that are not square", () => {
    expect(sampleProblems({ patch: [64, 96], augment: ["flips", "rotate90"] })).toEqual([
      ["augment.1", "a square patch for rotate90, not 64 x 96 (else { rotate: { degrees } })"],
    ]);
    expect(sampleProblems({ patch: [64, 64], augment: ["rotate90"] })).toBeUndefined();
  });

  it("refuses a batch without a labelled image", () => {
    expect(sampleProblems({ unlabelled: 4 })).toEqual([
      ["unlabelled", "fewer unlabelled pictures than the batch of 4, so that some of it is labelled"],
    ]);
  });

  it("adds nothing to what is not asked for", () => {
    expect(sampleSchema.parse({ patch: 64, batch: 4 })).toEqual({ patch: 64, batch: 4, perImage: 1, augment: [] });
  });
});
