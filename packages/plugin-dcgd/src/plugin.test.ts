import type { Plugin } from "@segdistill/core/contract";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { appearanceChanges } from "@segdistill/alignment";
import { dcgd, segdistill } from "./index.js";

const { methods }: Plugin = segdistill;
const { options, create } = methods["dcgd"]!;
/** As a configuration does it. */
const made = (said: object) => create(options.parse(said) as never);

test("offers one method, by the contract that package.json names", () => {
  expect(Object.keys(methods)).toEqual(["dcgd"]);
  expect(manifest.keywords).toContain("segdistill-plugin");
  expect(manifest.segdistill.contract).toBe(segdistill.contract);
});

test("fills in defaults, which are those of the factory, and are these", () => {
  expect(made({}).options).toEqual(dcgd().options);
  expect(made({}).options).toEqual({
    loss: "mse",
    nodes: "views",
    views: { count: 4, transforms: appearanceChanges },
    centre: "none",
    intra: 1,
    inter: 1,
  });
  expect(appearanceChanges.map((one) => (typeof one === "string" ? one : Object.keys(one)[0]))).toEqual([
    "brightness",
    "contrast",
    "gamma",
    "blur",
    "noise",
  ]);
});

test("part of a part is enough; the divergence brings its temperature", () => {
  const transforms = ["flips", { gamma: { from: 0.5, to: 2, range: [-1, 1] } }];
  expect(made({ views: { transforms } }).options).toMatchObject({ views: { count: 4, transforms } });
  expect(made({ views: { count: 2 } }).options).toMatchObject({ views: { count: 2, transforms: appearanceChanges } });
  expect(made({ loss: "kl" }).options).toMatchObject({ loss: "kl", temperature: 0.1 });
  expect(made({ loss: "kl", temperature: 1, nodes: "batch", centre: "sourceMean", intra: 2, inter: 0.5 }).options).toEqual({
    ...(dcgd().options as object),
    loss: "kl",
    temperature: 1,
    nodes: "batch",
    centre: "sourceMean",
    intra: 2,
    inter: 0.5,
  });
});

test.each([
  [{ lambda1: 1 }, { path: [], message: 'Unrecognized key: "lambda1"' }],
  [{ views: { number: 2 } }, { path: ["views"], message: 'Unrecognized key: "number"' }],
  [{ views: { count: 0 } }, { path: ["views", "count"], message: "Too small: expected number to be >=1" }],
  [{ temperature: 0.1 }, { path: ["temperature"], message: "only kl has a temperature: leave it out, or take loss: kl" }],
  [
    { loss: "kl", temperature: 0 },
    { path: ["temperature"], message: "Too small: expected number to be >0" },
  ],
  [{ loss: "ce" }, { path: ["loss"], message: 'Invalid option: expected one of "mse"|"kl"' }],
  [{ nodes: "pixels" }, { path: ["nodes"], message: 'Invalid option: expected one of "views"|"batch"' }],
  [{ centre: "mean" }, { path: ["centre"], message: 'Invalid option: expected one of "none"|"sourceMean"' }],
  [{ inter: -1 }, { path: ["inter"], message: "Too small: expected number to be >=0" }],
  [
    { views: { transforms: [{ brightness: { by: 2 } }] } },
    { path: ["views", "transforms"], message: "[brightness] by is 2. Expected a number from 0 to 1. Correct it." },
  ],
  [
    { views: { transforms: [{ noise: { from: 0, to: 0.1, by: 1 } }] } },
    { path: ["views", "transforms"], message: '[noise] has no option "by". Expected from, to, probability, range. Correct or remove it.' },
  ],
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

const few = (term: string, needs: number, count: number): string =>
  `[dcgd] loss "kl" compares how the edges of a row share out, so ${term} needs views.count ${needs} or more: with ${count} every row has one edge or none, and ` +
  `${term} would be 0 whatever the networks do. Take more views, loss: mse, or ${term}: 0.`;
test.each([
  [{ loss: "kl", views: { count: 1 } }, "dcgd/too-few-views", few("intra", 2, 1)],
  [{ loss: "kl", views: { count: 2 } }, "dcgd/too-few-views", few("inter", 3, 2)],
  [{ loss: "kl", intra: 0, views: { count: 1 } }, "dcgd/too-few-views", few("inter", 3, 1)],
  [{ loss: "kl", nodes: "batch", views: { count: 1 } }, "dcgd/too-few-views", few("intra", 2, 1)],
  [{ views: { count: 0 } }, "dcgd/views", "[dcgd] views.count is 0. Expected a whole number from 1 on; 4 is the default."],
  [{ views: { count: 2.5 } }, "dcgd/views", "[dcgd] views.count is 2.5. Expected a whole number from 1 on; 4 is the default."],
])("a graph without a comparison is refused: %o", (said, code, message) => {
  let found: unknown;
  try {
    dcgd(said as never);
  } catch (error) {
    found = error;
  }
  expect(found).toMatchObject({ name: "SegDistillError", code, exit: 2, message });
});

test.each([
  { loss: "kl", views: { count: 3 } },
  { loss: "kl", inter: 0, views: { count: 2 } },
  { loss: "kl", intra: 0, nodes: "batch", views: { count: 1 } },
  { loss: "kl", nodes: "batch", views: { count: 2 } },
  { loss: "mse", views: { count: 1 } },
])("the least that makes sense is taken: %o", (said) => {
  expect(dcgd(said as never).name).toBe("dcgd");
});
