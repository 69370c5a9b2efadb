import { frozen, from, given, learns, stage } from "@segdistill/core";
import type { Data, Method, NetworkSpec, Stage, Weights } from "@segdistill/core/contract";
import type { Resolved } from "../config/configure.js";
import { optimiserOf, stepsOf } from "./budget.js";

type AnyMethod = Method<string, never>;

export interface Ingredients {
  readonly config: Pick<Resolved, "teacher" | "distil" | "baseline">;
  readonly data: Data;
  readonly teacher: NetworkSpec<string>;
  readonly student: NetworkSpec<string>;
  /** All methods of the distillation. */
  readonly methods: readonly AnyMethod[];
  /** Those that read the student alone: what teacher and baseline are trained with. */
  readonly alone: readonly AnyMethod[];
  /** Of a teacher that is not trained here. */
  readonly weights?: Weights;
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

/** Teacher (unless its weights are given), baseline (unless switched off) and distillation as stages, in this order. */
export const wire = ({ config, data, teacher, student, methods, alone, weights }: Ingredients): Wired => {
  const make = (name: string, nets: Stage["nets"], budget: Parameters<typeof optimiserOf>[0], by: readonly AnyMethod[]): Stage =>
    stage({
      name,
      nets,
      optimiser: optimiserOf(budget),
      steps: stepsOf(budget, data.batchesPerEpoch),
      data,
      methods: by as never,
    }) as unknown as Stage;
  const { train } = config.teacher;
  const taught = train && make("teacher", { student: learns(teacher) }, train, alone);
  const plain = config.baseline ? make("baseline", { student: learns(student) }, config.distil, alone) : undefined;
  const distillation = make(
    "distillation",
    {
      student: learns(student, plain ? { earlier: from(plain, "student") as never } : {}),
      teacher: taught ? frozen(from(taught, "student")) : given(teacher, weights!),
    },
    config.distil,
    methods,
  );
  return {
    goals: [taught, plain, distillation].filter((one) => one !== undefined),
    models: [
      {
        name: "teacher",
        stage: taught ?? distillation,
        role: taught ? "student" : "teacher",
        spec: teacher,
        trainedBy: taught ? "teacher" : null,
      },
      ...(plain ? [{ name: "baseline", stage: plain, role: "student", spec: student, trainedBy: "baseline" } as const] : []),
      { name: "distilled", stage: distillation, role: "student", spec: student, trainedBy: "distillation" },
    ],
  };
};
