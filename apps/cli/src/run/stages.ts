import { frozen, from, given, learns, pooledDice, stage, uncertainty } from "@segdistill/core";
import type { Batches, Data, Method, NetworkSpec, Stage, Validation, Weights } from "@segdistill/core/contract";
import type { Resolved } from "../config/configure.js";
import type { Budget } from "../config/schema.js";
import { noBaselineToStartFrom, noValidationData } from "./errors.js";
import { optimiserOf, stepsOf } from "./budget.js";
import { ablated } from "./parts.js";

type AnyMethod = Method<string, never>;

export interface Ingredients {
  readonly config: Pick<Resolved, "teacher" | "distil" | "baseline">;
  readonly data: Data;
  /** The labelled pictures alone, where `data` has others beside them: what a teacher is trained on. methods.md 3.2.4 [inferred] */
  readonly labelled?: Data;
  readonly teacher: NetworkSpec<string>;
  readonly student: NetworkSpec<string>;
  /** All methods of the distillation. */
  readonly methods: readonly AnyMethod[];
  /** Those that read the student alone: what teacher and baseline are trained with. */
  readonly alone: readonly AnyMethod[];
  /** Of a teacher that is not trained here. */
  readonly weights?: Weights;
  /** The validation pictures, whole. */
  readonly held?: Batches;
  /** Where a key stands, for messages. */
  readonly at: (path: readonly string[]) => string;
}

/** A model of the results: where it is found after training. */
export interface Model {
  readonly name: "teacher" | "baseline" | "distilled";
  readonly stage: Stage;
  readonly role: string;
  readonly spec: NetworkSpec<string>;
  /** Null where nothing was trained for it. */
  readonly trainedBy: string | null;
}

export interface Wired {
  readonly goals: readonly Stage[];
  readonly models: readonly Model[];
}

/** What a budget asks for beside its length, as the core has it. */
const optionsOf = (budget: Budget, held: Batches | undefined, at: string): Partial<Omit<Stage, "nets" | "methods">> => {
  const { accumulate, recompute, average, balance, nonFinite, validate } = budget;
  if (validate && !held) throw noValidationData(at);
  const validation = validate && {
    measure: { dice: pooledDice("student") },
    describe: { dice: "student" },
    every: validate.every,
    choose: { by: "dice", better: "higher", keep: validate.keep, ...(validate.patience !== undefined && { patience: validate.patience }) },
  };
  return {
    ...(held && { held }),
    ...(accumulate !== undefined && { accumulate }),
    ...(recompute === true && { recompute }),
    ...(average !== undefined && { average }),
    ...(balance && { balance: uncertainty() }),
    ...(nonFinite !== undefined && { nonFinite }),
    ...(validation && { validation: validation as Validation }),
  };
};

/**
 * Teacher (unless its weights are given), baseline (unless switched off) and distillation as stages, in this order. Where the student starts from the
 * baseline, what it is compared with is the baseline continued for the same budget.
 *
 * @throws config/validate, config/init, config/without
 */
export const wire = ({ config, data, labelled = data, teacher, student, methods, alone, weights, held, at }: Ingredients): Wired => {
  const make = (name: string, nets: Stage["nets"], budget: Budget, where: readonly string[], by: readonly AnyMethod[], on = data): Stage =>
    stage({
      name,
      nets,
      optimiser: optimiserOf(budget),
      steps: stepsOf(budget, on.batchesPerEpoch),
      data: on,
      methods: by as never,
      ...optionsOf(budget, held, at([...where, "validate"])),
    }) as unknown as Stage;
  const { distil } = config;
  const { train } = config.teacher;
  const fromBaseline = distil.init === "baseline";
  if (fromBaseline && !config.baseline) throw noBaselineToStartFrom(at(["distil", "init"]));
  const taught = train && make("teacher", { student: learns(teacher) }, train, ["teacher", "train"], alone, labelled);
  const plain = config.baseline ? make("baseline", { student: learns(student) }, distil, ["distil"], alone) : undefined;
  const learning = (): Stage["nets"][string] =>
    learns(student, plain ? { earlier: from(plain, "student") as never, start: fromBaseline ? "earlier" : "fresh" } : {});
  const continued = fromBaseline ? make("continued", { student: learning() }, distil, ["distil"], alone) : undefined;
  const distillation = make(
    "distillation",
    { student: learning(), teacher: taught ? frozen(from(taught, "student")) : given(teacher, weights!) },
    distil,
    ["distil"],
    ablated(methods, distil.without ?? [], at(["distil", "without"])),
  );
  const compared = continued ?? plain;
  return {
    goals: [taught, plain, continued, distillation].filter((one) => one !== undefined),
    models: [
      {
        name: "teacher",
        stage: taught ?? distillation,
        role: taught ? "student" : "teacher",
        spec: teacher,
        trainedBy: taught ? "teacher" : null,
      },
      ...(compared ? [{ name: "baseline", stage: compared, role: "student", spec: student, trainedBy: compared.name } as const] : []),
      { name: "distilled", stage: distillation, role: "student", spec: student, trainedBy: "distillation" },
    ],
  };
};
