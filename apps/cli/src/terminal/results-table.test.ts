import { expect, test } from "vitest";
import { resultsTable } from "./results-table.js";

test("models × domains, and the gain with its interval", () => {
  const rows = (...dice: (number | null)[]) => ({ cases: dice.map((value, i) => ({ id: String(i), group: "g", dice: value })) });
  const gain = { model: "distilled", against: "baseline", level: 0.95, n: 3, method: "by hand" };
  const results = {
    data: { own: { fingerprint: "f", cases: 3, groups: 2, unseen: false }, far: { fingerprint: "f", cases: 1, groups: 1, unseen: true } },
    models: {
      baseline: { domains: { own: rows(0.5, 0.7, null), far: rows(0.25) } },
      distilled: { domains: { own: rows(0.6, 0.8, 0.7), far: rows(null) } },
    },
    gains: [
      { ...gain, domain: "own", metric: "dice", mean: 0.1, low: -0.02, high: 0.22 },
      { ...gain, domain: "far", metric: "dice", mean: null, low: null, high: null },
    ],
  };
  // sd by hand: √(0.01 + 0.01) = 0.141, √((0.01 + 0.01 + 0) / 2) = 0.1
  expect(resultsTable(results, "dice")).toBe(
    [
      "dice                                       own    far (never seen)",
      "                          3 pictures, 2 groups  1 picture, 1 group",
      "baseline                         0.600 ± 0.141               0.250",
      "distilled                        0.700 ± 0.100                   –",
      "gain, 95 % interval  +0.100 (−0.020 to +0.220)                   –",
      "",
    ].join("\n"),
  );
});
