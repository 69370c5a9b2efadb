import type { Plugin } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { segdistill } from "./index.js";

const { methods }: Plugin = segdistill;
/** As a configuration does it. */
const made = (name: string, said: object) => methods[name]!.create(methods[name]!.options.parse(said) as never);

test("offers two methods, by the contract that package.json names", () => {
  expect(Object.keys(methods)).toEqual(["supervised", "logits"]);
  expect(manifest.keywords).toContain("segdistill-plugin");
  expect(manifest.segdistill.contract).toBe(segdistill.contract);
});

test("fills in defaults, which are those of the factories", () => {
  expect(made("supervised", {})).toMatchObject({ name: "supervised", options: {}, wants: { student: [] } });
  expect(made("logits", {})).toMatchObject({
    name: "logits",
    options: { temperature: 1, reduction: "pixel" },
    wants: { student: [], teacher: [] },
  });
  expect(made("logits", { temperature: 4, reduction: "element" }).options).toEqual({ temperature: 4, reduction: "element" });
});

test.each([
  ["supervised", { weight: 1 }, { path: [], message: 'Unrecognized key: "weight"' }],
  ["logits", { tau: 4 }, { path: [], message: 'Unrecognized key: "tau"' }],
  ["logits", { temperature: 0 }, { path: ["temperature"], message: "Too small: expected number to be >0" }],
  ["logits", { temperature: "4" }, { path: ["temperature"], message: "Invalid input: expected number, received string" }],
  ["logits", { reduction: "sum" }, { path: ["reduction"], message: 'Invalid option: expected one of "pixel"|"element"' }],
])("%s refuses %o", (name, said, issue) => {
  const issues = () => {
    try {
      return made(name, said);
    } catch (error) {
      return (error as { issues: { path: unknown; message: string }[] }).issues.map(({ path, message }) => ({ path, message }));
    }
  };
  expect(issues()).toEqual([issue]);
});
