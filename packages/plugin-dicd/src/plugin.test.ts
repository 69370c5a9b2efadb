import type { Plugin } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { dicd, segdistill } from "./index.js";

const { methods }: Plugin = segdistill;
const { options, create } = methods["dicd"]!;
/** As a configuration does it. */
const made = (said: object) => create(options.parse(said) as never);

test("offers one method, by the contract that package.json names", () => {
  expect(Object.keys(methods)).toEqual(["dicd"]);
  expect(manifest.keywords).toContain("segdistill-plugin");
  expect(manifest.segdistill.contract).toBe(segdistill.contract);
});

test("fills in defaults, which are those of the factory, and are these", () => {
  expect(made({}).options).toEqual(dicd().options);
  expect(made({}).options).toEqual({ divergence: "kl", detachSkips: false, headers: "exchanged", cross: 0.5 });
  const said = { divergence: "mse", detachSkips: true, headers: "own", cross: 2 };
  expect(made(said).options).toEqual(said);
});

test.each([
  [{ lambda3: 1 }, { path: [], message: 'Unrecognized key: "lambda3"' }],
  [{ divergence: "js" }, { path: ["divergence"], message: 'Invalid option: expected one of "kl"|"ce"|"mse"' }],
  [{ detachSkips: 1 }, { path: ["detachSkips"], message: "Invalid input: expected boolean, received number" }],
  [{ headers: "both" }, { path: ["headers"], message: 'Invalid option: expected one of "exchanged"|"own"' }],
  [{ cross: -1 }, { path: ["cross"], message: "Too small: expected number to be >=0" }],
])("refuses %o", (said, issue) => {
  const issues = () => {
    try {
      return made(said);
    } catch (error) {
      return (error as { issues: { path: unknown; message: string }[] }).issues.map(({ path, message }) => ({ path, message }));
    }
  };
  expect(issues()).toEqual([issue]);
});
