import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { describeEnvironment } from "./environment.js";
import type { Results } from "./results.js";
import { checkResults, readResults, resultsJsonSchema, writeResults } from "./results-schema.js";
import { temporaryFolder } from "../testing/temporary.js";

const environment = await describeEnvironment({
  packages: { "@segdistill/core": "0.0.0" },
  threads: 2,
  precision: { asked: "auto", chosen: "float32" },
  tensorflow: "2.21.0",
});
/** The page's own example, filled in. */
const results = (): Results => ({
  schema: 1,
  name: "chase-graph-flow",
  seed: 0,
  finished: "2026-01-02T12:00:00.000Z",
  config: "a".repeat(64),
  data: { chase: { fingerprint: "f1", cases: 8, groups: 4, unseen: false } },
  models: {
    teacher: {
      parameters: 31036546,
      macs: 12024000000,
      macsInput: [128, 128, 1],
      trainSeconds: 61.5,
      domains: {
        chase: {
          cases: [
            { id: "Image_11L", group: "11", dice: 0.81, iou: 0.68, hd95Mm: null, reasons: { hd95Mm: "no spacing is known" } },
            { id: "Image_11R", group: "11", dice: 0.79, iou: 0.65, hd95Mm: 1.5 },
          ],
          mean: { dice: 0.8, iou: 0.665, hd95Mm: 1.5, notes: { hd95Mm: "1 of 2 cases left out" } },
          sd: { dice: 0.0141, iou: 0.0212, hd95Mm: null, reasons: { hd95Mm: "one value has no spread" } },
          pooled: { dice: 0.8, iou: 0.667, hd95Mm: null, reasons: { hd95Mm: "not defined for pooled pictures" } },
        },
      },
    },
    "second-observer": {
      parameters: null,
      macs: null,
      trainSeconds: null,
      reasons: { parameters: "not a network", macs: "not a network", trainSeconds: "not a network" },
      domains: {},
    },
  },
  gains: [
    {
      ...{ model: "distilled", against: "baseline", domain: "stare", metric: "dice", mean: 0.012, low: -0.003, high: 0.027 },
      ...{ level: 0.95, n: 19, groups: 19, nulls: 0, seeds: 1, method: "bootstrap over groups", cautions: ["One seed is too few."] },
      test: { p: 0.02, pHolm: 0.04, effect: 0.5, method: "exact", pairs: 18, zeros: 1 },
    },
    {
      ...{ model: "distilled", against: "baseline", domain: "chase", metric: "auc", mean: 0.1, low: null, high: null, reason: "one group" },
      ...{ level: 0.95, n: 1, method: "bootstrap over groups" },
      test: { p: null, pHolm: null, effect: null, pairs: 0, zeros: 1, reason: "no pair differs" },
    },
  ],
  stages: [
    { name: "teacher", steps: 40, seconds: 61.5, reused: false, gate: { passed: true, dice: 0.7 }, key: "k", memoryBytes: 1e9 },
    { name: "distillation", steps: 40, seconds: 30, reused: true, skipped: 2, bestStep: 30, kept: "best" },
  ],
  environment,
});
const file = (): string => join(temporaryFolder(), "results.json");

test("written and read back", async () => {
  const path = file();
  await writeResults(path, results());
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(results());
  expect(await readResults(path)).toEqual(results());
});

const remedy =
  "Expected a file as segdistill writes it (interfaces: results.json, schema 1). Run again: what is done is not trained again.";
/** A deep copy with one value replaced. */
const changed = (path: string, value: unknown): Results => {
  const copy = structuredClone(results()) as unknown as Record<string, unknown>;
  const keys = path.split(".");
  const last = keys.pop()!;
  const holder = keys.reduce((inner, key) => inner[key] as Record<string, unknown>, copy);
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = value;
  return copy as unknown as Results;
};
const chase = "models.teacher.domains.chase";
test.each<[string, unknown, string]>([
  [`${chase}.cases.1.dice`, NaN, `${chase}.cases.1.dice: expected number, found NaN`],
  [`${chase}.mean.dice`, Infinity, `${chase}.mean.dice: expected number, found Infinity`],
  [`${chase}.cases.1.hd95Mm`, null, `${chase}.cases.1.hd95Mm: expected a number, or a reason in "reasons", found null`],
  [`${chase}.cases.0.hd95Mm`, 2, `${chase}.cases.0.hd95Mm: expected null, because "reasons" has a reason for it, found 2`],
  ["models.teacher.macs", null, 'models.teacher.macs: expected a number, or a reason in "reasons", found null'],
  ["models.teacher.domains.chase.pooled", undefined, "models.teacher.domains.chase.pooled: expected object, found nothing"],
  ["gains.0.low", null, "gains.0.reason: expected a reason where mean, low or high is null, and none elsewhere, found nothing"],
  ["gains.1.reason", undefined, "gains.1.reason: expected a reason where mean, low or high is null, and none elsewhere, found nothing"],
  ["gains.0.test.p", 1.5, "gains.0.test.p: Too big: expected number to be <=1, found 1.5"],
  [
    "gains.0.test.effect",
    null,
    "gains.0.test.reason: expected p, pHolm and effect all null with a reason, or none of them null and no reason, found nothing",
  ],
  [
    "gains.1.test.reason",
    undefined,
    "gains.1.test.reason: expected p, pHolm and effect all null with a reason, or none of them null and no reason, found nothing",
  ],
  ["models.teacher.memoryBytes", null, 'models.teacher.memoryBytes: expected a number, or a reason in "reasons", found null'],
  ["seeds", [], "seeds: Too small: expected array to have >=1 items, found []"],
  ["stages.0.second", 3, 'stages.0: Unrecognized key: "second", found {"name":"teacher","steps":40,"seconds":61.5,"reused":fals…'],
  ["seed", -1, "seed: Too small: expected number to be >=0, found -1"],
  ["finished", "yesterday", 'finished: Invalid ISO datetime, found "yesterday"'],
  ["config", "abc", 'config: expected 64 hexadecimal digits, found "abc"'],
  ["environment.node", undefined, "environment.node: expected string, found nothing"],
])("refused, and nothing written: %s", async (path, value, problem) => {
  const at = file();
  await expect(writeResults(at, changed(path, value))).rejects.toMatchObject({
    message: `[results] "${at}" does not hold to its schema: ${problem}. ${remedy}`,
  });
  expect(() => readFileSync(at)).toThrow("ENOENT");
  expect(() => checkResults(changed(path, value), "x")).toThrow(`[results] "x" does not hold to its schema: ${problem}. ${remedy}`);
});

test("reading: missing, not JSON, of a later schema, several problems", async () => {
  const path = file();
  await expect(readResults(path)).rejects.toMatchObject({
    code: "results/missing",
    exit: 2,
    message: `[results] "${path}" does not exist. Expected a run that has ended. Run it to its end first: segdistill run <config>.`,
  });
  writeFileSync(path, "{}x");
  await expect(readResults(path)).rejects.toMatchObject({
    message: `[results] "${path}" is not JSON: it is damaged or was cut off. ${remedy}`,
  });
  writeFileSync(path, '{"schema": 2}');
  await expect(readResults(path)).rejects.toMatchObject({
    message: `[results] "${path}" has schema 2, this version reads schema 1. Open it with the version of segdistill that wrote it.`,
  });
  writeFileSync(path, '{"schema": 1, "name": 3}');
  await expect(readResults(path)).rejects.toMatchObject({
    message: `[results] "${path}" does not hold to its schema: name: expected string, found 3; seed: expected number, found nothing; finished: expected string, found nothing; and 6 more. ${remedy}`,
  });
});

test("the JSON Schema for other programs says the same", () => {
  const schema = resultsJsonSchema() as { required: string[]; properties: Record<string, unknown>; additionalProperties: boolean };
  expect(schema.required).toEqual(["schema", "name", "seed", "finished", "config", "data", "models", "gains", "stages", "environment"]);
  expect(schema.additionalProperties).toBe(false);
  const model = (schema.properties["models"] as { additionalProperties: { properties: Record<string, unknown> } }).additionalProperties;
  const domain = (model.properties["domains"] as { additionalProperties: { properties: { cases: unknown } } }).additionalProperties;
  expect(domain.properties.cases).toEqual({
    type: "array",
    items: {
      type: "object",
      properties: {
        id: { type: "string", minLength: 1 },
        group: { type: "string" },
        reasons: { type: "object", propertyNames: { type: "string" }, additionalProperties: { type: "string", minLength: 1 } },
        notes: { type: "object", propertyNames: { type: "string" }, additionalProperties: { type: "string", minLength: 1 } },
      },
      required: ["id", "group"],
      additionalProperties: { anyOf: [{ type: "number" }, { type: "null" }] },
    },
  });
  expect(z.json().safeParse(schema).success).toBe(true);
});
