import { describe, expect, it } from "vitest";
import { naturalOrder } from "./natural-order.js";
import { splitByGroup } from "./split-by-group.js";

const cases = Array.from({ length: 30 }, (_, i) => ({ id: `p${String(i)}`, group: `g${String(i % 10)}` }));

describe("splitByGroup", () => {
  it("gives each part its share of the groups, whole, in the order of the cases", () => {
    const parts = splitByGroup(cases, { seed: 0, train: 0.7, validation: 0.1, test: 0.2 });
    expect([parts["train"], parts["validation"], parts["test"], parts["all"]].map((ids) => ids!.length)).toEqual([21, 3, 6, 30]);
    const group = Number(parts["validation"]![0]!.slice(1));
    expect(parts["validation"]).toEqual([`p${String(group)}`, `p${String(group + 10)}`, `p${String(group + 20)}`]);
    expect([...parts["train"]!, ...parts["validation"]!, ...parts["test"]!].sort(naturalOrder)).toEqual(parts["all"]);
  });

  it("depends on the seed and not on the order of the cases", () => {
    const shares = { seed: 0, train: 0.5, validation: 0, test: 0.5 };
    const parts = splitByGroup(cases, shares);
    expect(parts["validation"]).toEqual([]);
    expect(new Set(splitByGroup([...cases].reverse(), shares)["train"])).toEqual(new Set(parts["train"]));
    expect(splitByGroup(cases, { ...shares, seed: 1 })["train"]).not.toEqual(parts["train"]);
  });

  it("leaves no part empty that has a share, where there are groups enough", () => {
    const three = splitByGroup(cases.slice(0, 3), { seed: 0, train: 0.7, validation: 0.1, test: 0.2 });
    expect([three["train"], three["validation"], three["test"]].map((ids) => ids!.length)).toEqual([1, 1, 1]);
  });
});

describe("naturalOrder", () => {
  it("counts as people do", () => {
    expect(["b", "a10", "a2", "a2b", "a02", "A3", "a"].sort(naturalOrder)).toEqual(["A3", "a", "a02", "a2", "a2b", "a10", "b"]);
  });
});
