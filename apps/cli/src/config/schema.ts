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
const adaptive = z.strictObject({
  rate: rate.default(3e-4),
  decay: z.number().min(0).default(0),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8),
});
const optimiser = oneOf({
  adam: adaptive.optional().describe("weight decay coupled: added to the gradient"),
  adamW: adaptive.optional().describe("weight decay decoupled"),
  sgd: z
    .strictObject({
      rate: rate.default(1e-2),
      momentum: z.number().min(0).lt(1).default(0.9),
      decay: z.number().min(0).default(0),
      nesterov: z.boolean().optional(),
    })
    .optional(),
});
/** A length of time. */
const span = { steps: whole(1).optional(), epochs: whole(1).optional() };
const oneSpan = (value: { readonly [key: string]: unknown }): boolean => (value["steps"] === undefined) !== (value["epochs"] === undefined);
const spanError = { error: "either steps or epochs" };
const published = ["graph-flow-gastric", "graph-flow-synapse", "gkd"] as const;
const schedule = z.union([
  z.literal("constant"),
  oneOf({
    poly: z.number().positive().optional().describe("rate · (1 − step/steps)^this"),
    steps: z.strictObject({ at: z.array(whole(1)).min(1), factor: z.number().positive().default(0.1) }).optional(),
    cosine: z
      .strictObject({ to: z.number().min(0).default(0) })
      .optional()
      .describe("half a cosine down to a share of the rate"),
    published: z.enum(published).optional().describe("the rates of a paper's released code, in place of the optimiser's rate"),
  }),
]);
/** A budget is epochs or steps; both or none is an error of its own. */
const budget = {
  epochs: whole(1).optional().describe("passes over the training pictures; or steps"),
  steps: whole(1).optional().describe("updates; or epochs"),
  optimiser: optimiser.default({ adam: { rate: 3e-4, decay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } }),
  schedule: schedule.default({ poly: 0.9 }),
  // No defaults below: what is not asked for is not in the resolved configuration.
  warmUp: z.strictObject(span).refine(oneSpan, spanError).meta(either("steps", "epochs")).optional(),
  clip: oneOf({ norm: z.number().positive().optional(), value: z.number().positive().optional() })
    .optional()
    .describe("of the gradient: its norm over all variables, or every entry"),
  groups: z.record(z.string().min(1), z.number().min(0)).optional().describe("factors of the rate by the beginning of a variable's name"),
  accumulate: whole(1).optional().describe("parts that a batch is cut into, one after the other in memory"),
  recompute: z.boolean().optional().describe("networks keep less in memory for the way back and compute it again, which takes longer"),
  average: z.number().min(0).lt(1).optional().describe("the result is a moving average of the weights with this decay"),
  balance: z.enum(["uncertainty"]).optional().describe("weighs the terms against each other while it trains"),
  nonFinite: z
    .union([z.literal("stop"), z.strictObject({ skip: whole(1) })])
    .optional()
    .describe("a step whose loss or gradient is not finite: stop, or leave out at most so many"),
  validate: z
    .strictObject({
      every: whole(1).default(1).describe("epochs from one to the next"),
      keep: z.enum(["last", "best"]).default("last").describe("which weights remain; best is chosen on data.validation by pooled Dice"),
      patience: whole(1).optional().describe("ends after so many validations without a better one"),
    })
    .optional()
    .describe("pooled Dice on data.validation between epochs"),
};
const budgetError = { error: "either epochs or steps" };

const fromTo = z.union([z.tuple([whole(0)]), z.tuple([whole(0), whole(1)])]);
const weight = z.union([
  z.number().min(0),
  oneOf({
    rampUp: z
      .strictObject({ ...span, to: z.number().min(0).default(1) })
      .refine(oneSpan, spanError)
      .optional(),
    during: z
      .strictObject({ epochs: fromTo.optional(), steps: fromTo.optional(), weight: z.number().min(0).default(1) })
      .refine(oneSpan, spanError)
      .optional(),
  }),
]);
const method = z.object({ use, weight: weight.default(1).describe("factor of all its terms") }).catchall(options);

const weightsFile = z.union([z.string().min(1), z.strictObject({ file: z.string().min(1), names: z.string().min(1) })]);
const teacher = z
  .object({
    use,
    train: z.strictObject(budget).refine(oneSpan, budgetError).meta(either("epochs", "steps")).optional(),
    weights: weightsFile.optional(),
  })
  .catchall(options)
  .refine((value) => (value.train === undefined) !== (value.weights === undefined), {
    error: "either train (a budget) or weights (a file)",
  })
  .meta(either("train", "weights"));

const sets = z
  .record(z.string().min(1), z.unknown())
  .refine((paths) => Object.keys(paths).length > 0, { error: "at least one path with its value" });
const sweepEntries = z
  .array(
    z
      .strictObject({
        name: name.optional().describe("of its folder and row; made of what is set if left out"),
        set: sets.optional().describe('values by path, as --set takes them: { "distil.optimiser.adam.rate": 1e-4 }; null takes a key out'),
        choose: z
          .array(sets)
          .min(2)
          .optional()
          .describe("tries in place of set: each is trained once, and what data.validation alone finds best is what the entry sets"),
      })
      .refine((value) => (value.set === undefined) !== (value.choose === undefined), { error: "either set or choose" })
      .refine((value) => value.choose === undefined || value.name !== undefined, { error: "a name beside choose" })
      .meta({ oneOf: [{ required: ["set"] }, { required: ["choose", "name"] }] }),
  )
  .min(1);
/** The configuration as it is comes first; each entry is it with some values changed. Read by `sweepOf`. */
export const sweepSchema = z.union([
  sweepEntries,
  z.strictObject({ plain: z.boolean().default(true).describe("whether the configuration as it is comes first"), entries: sweepEntries }),
]);

/** A whole configuration. Its output is the resolved form: every default filled in. */
export const configuration = z
  .strictObject({
    name,
    seed: whole(0).max(0xffffffff).optional().describe("where all random numbers come from; 0 if left out"),
    seeds: z.array(whole(0).max(0xffffffff)).min(1).optional().describe("one run for each, in place of seed"),
    precision: z
      .enum(["float32", "bfloat16", "auto"])
      .default("auto")
      .describe("of the networks' maps; auto takes the faster one, by a few timed steps of the run where it is long enough"),
    data: z.strictObject({
      train: dataSet,
      unlabelled: dataSet.optional().describe("pictures whose labels are not read; sample.unlabelled says how many of a batch"),
      labelled: z
        .strictObject({ share: z.number().positive().max(1), seed: whole(0).default(0) })
        .optional()
        .describe(
          "so much of train counts as labelled, in whole groups drawn by seed; the others are the unlabelled ones where data.unlabelled is left out",
        ),
      validation: dataSet.optional(),
      test: z.record(name, testSet).refine((sets) => Object.keys(sets).length > 0, { error: "at least one named test set" }),
    }),
    prepare: prepareSchema.default([]),
    sample: sampleSchema,
    teacher,
    student: z.object({ use }).catchall(options),
    distil: z
      .strictObject({
        ...budget,
        methods: z.array(method).min(1),
        without: z.array(z.string().min(1)).min(1).optional().describe("terms that are left out, by name: an ablation"),
        init: z
          .enum(["scratch", "baseline"])
          .optional()
          .describe("what the student starts from; from the baseline, gains are against the baseline continued for the same budget"),
      })
      .refine(oneSpan, budgetError)
      .meta(either("epochs", "steps")),
    baseline: z
      .boolean()
      .default(true)
      .describe("whether the student is also trained without the teacher; gains are given against it alone"),
    evaluate: z
      .strictObject({
        metrics: z.array(z.enum(metricNames)).min(1).default(["dice", "iou", "sensitivity", "specificity", "auc"]),
        tile: z.strictObject({ size: whole(8).optional(), overlap: z.number().min(0).max(0.9).default(0.25) }).default({ overlap: 0.25 }),
        at: z.enum(["native", "prepared"]).default("native"),
      })
      .prefault({}),
    sweep: sweepSchema.optional().describe("runs of this configuration with some values changed, compared in one table at the end"),
  })
  .refine((value) => value.seed === undefined || value.seeds === undefined, { error: "either seed or seeds" })
  .meta({ not: { required: ["seed", "seeds"] } });

/** One run's: `sweep` says which runs there are, and is in none of them. */
export type Configuration = Omit<z.output<typeof configuration>, "sweep">;
export type DataEntry = Configuration["data"]["train"];
export type MethodEntry = Configuration["distil"]["methods"][number];
export type Budget = Pick<Configuration["distil"], keyof typeof budget>;
