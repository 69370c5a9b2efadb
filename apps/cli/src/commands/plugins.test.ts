import { expect, test } from "vitest";
import type { InstalledPackage } from "../resolve/offerings.js";
import { shownPackage } from "./plugins.js";

const found = { name: "@lab/two", version: "1.2.3", root: "/r", manifest: { segdistill: { contract: 1 } } };
const temperature = { type: "number", exclusiveMinimum: 0, default: 4, description: "softens logits [paper]" };
const both: InstalledPackage = {
  found,
  problem: null,
  offerings: [
    {
      kind: "methods",
      name: "soft",
      uses: ["@lab/two#soft"],
      options: { properties: { temperature, rounds: { type: "integer" } }, required: ["rounds"] },
    },
    { kind: "networks", name: "tiny", uses: ["@lab/two#tiny", "@lab/two"], options: {} },
    { kind: "datasets", name: "eyes", uses: ["@lab/two#eyes", "@lab/two"], options: null },
  ],
};

test("a package with all that it offers: option, default, source, value", () => {
  expect(shownPackage(both, Infinity)).toBe(
    [
      "@lab/two 1.2.3  contract 1",
      "  method @lab/two#soft",
      "    option       default   source  value",
      "    temperature  4         paper   number above 0  softens logits",
      "    rounds       required          whole number",
      "  network @lab/two#tiny: no options",
      "  data set @lab/two#eyes: options are checked by the package itself",
      "",
    ].join("\n"),
  );
});

test("on a narrow terminal an option takes several lines", () => {
  const lines = shownPackage(both, 40).split("\n");
  expect(lines.slice(2, 9)).toEqual([
    "    temperature",
    "      default: 4",
    "      source: paper",
    "      value: number above 0",
    "      softens logits",
    "    rounds",
    "      default: required",
  ]);
});

test("a package that cannot be used says why", () => {
  expect(
    shownPackage({ found: { ...found, manifest: { segdistill: { contract: 2 } } }, offerings: [], problem: "[plugins] too new" }, Infinity),
  ).toBe("@lab/two 1.2.3  contract 2\n  cannot be used: [plugins] too new\n");
});
