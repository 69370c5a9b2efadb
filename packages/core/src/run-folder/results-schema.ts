import { z } from "zod";
import type { Json } from "../contract/index.js";
import { environmentSchema } from "./environment.js";
import { isInherited } from "./foreign-file.js";
import { checkJson, readJsonFile, writeJsonFile } from "./json-file.js";
import type { Results } from "./results.js";

const whole = z.int().min(0);
const hex64 = z.string().regex(/^[0-9a-f]{64}$/, { error: "expected 64 hexadecimal digits" });
const number = z.number().nullable();
const texts = z.record(z.string(), z.string().min(1));

type Row = Readonly<Record<string, unknown>>;
/** Every null has its reason, and every reason its null. JSON Schema cannot say this. */
const reasoned = (row: Row, context: z.core.$RefinementCtx<Row>): void => {
  const reasons = (row["reasons"] ?? {}) as Row;
  const complain = (key: string, message: string): void => {
    context.addIssue({ code: "custom", message, path: [key], input: row[key] });
  };
  for (const [key, value] of Object.entries(row))
    if (value === null && !(key in reasons)) complain(key, `expected a number, or a reason in "reasons"`);
  for (const key of Object.keys(reasons)) if (row[key] !== null) complain(key, `expected null, because "reasons" has a reason for it`);
};
const scores = z.object({ reasons: texts.optional(), notes: texts.optional() }).catchall(number).superRefine(reasoned);
const caseScores = z
  .object({ id: z.string().min(1), group: z.string(), reasons: texts.optional(), notes: texts.optional() })
  .catchall(number)
  .superRefine(reasoned);
const domain = z.strictObject({ cases: z.array(caseScores), mean: scores, sd: scores.optional(), pooled: scores });
const model = z
  .strictObject({
    parameters: whole.nullable(),
    macs: whole.nullable(),
    macsInput: z.tuple([whole, whole, whole]).optional(),
    trainSeconds: z.number().min(0).nullable(),
    memoryBytes: whole.nullable().optional(),
    reasons: texts.optional(),
    domains: z.record(z.string(), domain),
  })
  .superRefine(reasoned);
const probability = z.number().min(0).max(1).nullable();
const signedRank = z
  .strictObject({
    p: probability,
    pHolm: probability,
    effect: z.number().min(-1).max(1).nullable(),
    method: z.string().min(1).optional(),
    pairs: whole,
    zeros: whole,
    reason: z.string().min(1).optional(),
  })
  .refine(
    ({ p, pHolm, effect, reason }) =>
      new Set([p, pHolm, effect].map((x) => x === null)).size === 1 && (p === null) === (reason !== undefined),
    {
      path: ["reason"],
      error: "expected p, pHolm and effect all null with a reason, or none of them null and no reason",
    },
  );
/** What other parts of the file are looked up by. */
const key = z.string().refine((name) => !isInherited(name), { error: "expected another name" });
const gain = z
  .strictObject({
    model: key,
    against: key,
    domain: key,
    metric: key,
    mean: number,
    low: number,
    high: number,
    reason: z.string().min(1).optional(),
    level: z.number().gt(0).lt(1),
    n: whole,
    groups: whole.optional(),
    nulls: whole.optional(),
    seeds: whole.optional(),
    method: z.string().min(1),
    test: signedRank.optional(),
    cautions: z.array(z.string().min(1)).optional(),
  })
  .refine(({ mean, low, high, reason }) => (mean === null || low === null || high === null) === (reason !== undefined), {
    path: ["reason"],
    error: "expected a reason where mean, low or high is null, and none elsewhere",
  });
const stage = z.strictObject({
  name: z.string().min(1),
  steps: whole,
  seconds: z.number().min(0),
  reused: z.boolean(),
  gate: z.object({ passed: z.boolean() }).catchall(z.json()).optional(),
  key: z.string().min(1).optional(),
  memoryBytes: whole.optional(),
  skipped: whole.optional(),
  bestStep: whole.optional(),
  kept: z.enum(["best", "last"]).optional(),
});
const data = z.strictObject({ fingerprint: z.string().min(1), cases: whole, groups: whole, unseen: z.boolean() });
const shape = z.strictObject({
  schema: z.literal(1),
  name: z.string(),
  seed: whole,
  seeds: z.array(whole).min(1).optional(),
  finished: z.iso.datetime(),
  config: hex64,
  data: z.record(z.string(), data),
  models: z.record(z.string(), model),
  gains: z.array(gain),
  stages: z.array(stage),
  environment: environmentSchema,
});

/** The schema of results.json. zod cannot say that an object's other keys are of another type than its own, so the type is given by hand. */
export const resultsSchema = shape as unknown as z.ZodType<Results>;

const kind = {
  who: "results",
  missing: "Expected a run that has ended. Run it to its end first: segdistill run <config>.",
  damaged: "Expected a file as segdistill writes it (interfaces: results.json, schema 1). Run again: what is done is not trained again.",
};

/** Checks results and writes them atomically. Throws results/invalid (NaN, a null without a reason, an unknown key, …) with nothing written; file/…. */
export const writeResults = (path: string, results: Results): Promise<void> => writeJsonFile(resultsSchema, results, path, kind);

/** Reads results.json and checks it. Throws results/missing, /not-json, /other-schema, /invalid; file/not-readable. */
export const readResults = (path: string): Promise<Results> => readJsonFile(resultsSchema, path, kind);

/** Checks a value that should be results, from wherever. Throws results/invalid; `name` is what it is called there. */
export const checkResults = (value: unknown, name: string): Results => checkJson(resultsSchema, value, name, kind);

/** JSON Schema (draft 2020-12) of results.json, for other programs. That every null has a reason beside it is the one rule that it cannot hold. */
export const resultsJsonSchema = (): Json => z.toJSONSchema(shape) as Json;
