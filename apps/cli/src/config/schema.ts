import { sampleSchema } from "@segdistill/datasets";
import { prepareSchema } from "@segdistill/datasets/prepare";
import { metricNames } from "@segdistill/metrics";
import { z } from "zod";

// The grammar of interfaces.md 2. Options of data sets, networks and methods are left open here (`catchall`): their own packages check them.
// `describe` and `meta` are for editors: they go into the JSON Schema, which cannot see what `refine` asks for.

const whole = (least: number) => z.int().min(least);
const options = z.json();
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "a name of letters, digits, dots, dashes and underlines" });
const use = z.string().min(1, { error: 'a name such as "u-net" or "<package>#<name>"' });
/** Exactly one key of a mapping of choices: `{ adam: { … } }`. */
const oneOf = <S extends z.ZodRawShape>(shape: S) =>
  z
    .strictObject(shape)
    .refine((value) => Object.values(value).filter((v) => v !== undefined).length === 1, {
      error: `exactly one of ${Object.keys(shape).join(", ")}`,
    })
    .meta({ minProperties: 1, maxProperties: 1 });
/** JSON Schema for: one of these keys and no other of them. */
const either = (...keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });

const split = name.default("all").describe("which part of the data set: its own names, often train, validation, test, all");
const unseen = z.boolean().default(false).describe("true: nothing was trained or chosen on pictures of this source");
const dataSet = z.object({ use, split }).catchall(options);
const testSet = z.object({ use, split, unseen }).catchall(options);

const rate = z.number().positive();
const optimiser = oneOf({
  adam: z
    .strictObject({
      rate: rate.default(3e-4),
      decay: z.number().min(0).default(0),
      beta1: z.number().min(0).lt(1).default(0.9),
      beta2: z.number().min(0).lt(1).default(0.999),
      epsilon: z.number().positive().default(1e-8),
    })
    .optional(),
  sgd: z
    .strictObject({ rate: rate.default(1e-2), momentum: z.number().min(0).lt(1).default(0.9), decay: z.number().min(0).default(0) })
    .optional(),
});
const schedule = z.union([
  z.literal("constant"),
  oneOf({
    poly: z.number().positive().optional(),
    steps: z.strictObject({ at: z.array(whole(1)).min(1), factor: z.number().positive().default(0.1) }).optional(),
  }),
]);
/** A budget is epochs or steps; both or none is an error of its own. */
const budget = {
  epochs: whole(1).optional().describe("passes over the training pictures; or steps"),
  steps: whole(1).optional().describe("updates; or epochs"),
  optimiser: optimiser.default({ adam: { rate: 3e-4, decay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } }),
  schedule: schedule.default({ poly: 0.9 }),
};
const oneBudget = (value: { epochs?: number | undefined; steps?: number | undefined }): boolean =>
  (value.epochs === undefined) !== (value.steps === undefined);
const budgetError = { error: "either epochs or steps" };

const weight = z.union([
  z.number().min(0),
  z.strictObject({ rampUp: z.strictObject({ steps: whole(1), to: z.number().min(0).default(1) }) }),
]);
const method = z.object({ use, weight: weight.default(1).describe("factor of all its terms") }).catchall(options);

const weightsFile = z.union([z.string().min(1), z.strictObject({ file: z.string().min(1), names: z.string().min(1) })]);
const teacher = z
  .object({
    use,
    train: z.strictObject(budget).refine(oneBudget, budgetError).meta(either("epochs", "steps")).optional(),
    weights: weightsFile.optional(),
  })
  .catchall(options)
  .refine((value) => (value.train === undefined) !== (value.weights === undefined), {
    error: "either train (a budget) or weights (a file)",
  })
  .meta(either("train", "weights"));

/** A whole configuration. Its output is the resolved form: every default filled in. */
export const configuration = z
  .strictObject({
    name,
    seed: whole(0).max(0xffffffff).optional().describe("where all random numbers come from; 0 if left out"),
    seeds: z.array(whole(0).max(0xffffffff)).min(1).optional().describe("one run for each, in place of seed"),
    precision: z
      .enum(["float32", "bfloat16", "auto"])
      .default("auto")
      .describe("of the networks' maps; auto takes bfloat16 where the processor was measured faster with it"),
    data: z.strictObject({
      train: dataSet,
      validation: dataSet.optional(),
      test: z.record(name, testSet).refine((sets) => Object.keys(sets).length > 0, { error: "at least one named test set" }),
    }),
    prepare: prepareSchema.default([]),
    sample: sampleSchema,
    teacher,
    student: z.object({ use }).catchall(options),
    distil: z
      .strictObject({ ...budget, methods: z.array(method).min(1) })
      .refine(oneBudget, budgetError)
      .meta(either("epochs", "steps")),
    baseline: z
      .boolean()
      .default(true)
      .describe("whether the student is also trained without the teacher; gains are given against it alone"),
    evaluate: z
      .strictObject({
        metrics: z.array(z.enum(metricNames)).min(1).default(["dice", "iou", "sensitivity", "specificity", "auc"]),
        tile: z.strictObject({ size: whole(8).optional(), overlap: z.number().min(0).lt(1).default(0.25) }).default({ overlap: 0.25 }),
        at: z.enum(["native", "prepared"]).default("native"),
      })
      .prefault({}),
  })
  .refine((value) => value.seed === undefined || value.seeds === undefined, { error: "either seed or seeds" })
  .meta({ not: { required: ["seed", "seeds"] } });

export type Configuration = z.output<typeof configuration>;
export type DataEntry = Configuration["data"]["train"];
export type MethodEntry = Configuration["distil"]["methods"][number];
export type Budget = Pick<Configuration["distil"], "epochs" | "steps" | "optimiser" | "schedule">;
