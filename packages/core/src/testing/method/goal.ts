import type { CheckedMethod, Net, Optimiser, Schedule, Stage } from "../../contract/index.js";
import { frozen, from, learns, stage } from "../../stages.js";
import { weigh } from "../../weigh.js";
import { inTurn, type Item } from "../batches.js";
import { companion } from "../companion.js";
import { pictureOf, specsFor, type MethodSubject } from "./subject.js";
import { watchedMethod, watchedSpec, type Start, type Watch } from "./watched.js";

/** One run of the method under test. */
export interface Trial {
  /** Three pictures if left out. */
  readonly items?: readonly Item[];
  /** Several batches, one a step, on networks that stay as they are: means that are collected are of all of them. */
  readonly batches?: readonly (readonly Item[])[];
  readonly steps?: number;
  readonly eager?: boolean;
  readonly seed?: number;
  /** {@link toGradient} if left out: what is left of the variables is the gradient. */
  readonly optimiser?: Optimiser;
  readonly student?: Start;
  readonly others?: Start;
  /** Only this term. */
  readonly only?: string;
  /** Opponents and gates too. true, but for several batches, where nothing may learn */
  readonly opponents?: boolean;
  /** Weights change as the method says; otherwise schedules are 1. */
  readonly schedules?: boolean;
  readonly weight?: number | Schedule;
  /** The supervised companion beside it. */
  readonly beside?: boolean;
  /** The companion alone. */
  readonly without?: boolean;
  /** Keeps the losses as they are before they are reduced. Eager runs only. */
  readonly record?: boolean;
  /** The read of the step of this number throws. */
  readonly breakAt?: number;
  /** Runs all of it, rather than to take over what a trial before came to. */
  readonly fresh?: boolean;
}

/** An optimiser that leaves the gradient itself in place of the variable. */
const toGradient: Optimiser = {
  describe: "gradient",
  rate: 0,
  slots: 0,
  update: ({ gradient, slots }) => ({ value: gradient, slots }),
};

const still: Optimiser = { describe: "still", rate: 0, slots: 0, update: ({ value, slots }) => ({ value: value.clone(), slots }) };

const three: readonly Item[] = [{ id: "a" }, { id: "b" }, { id: "c" }];

/** The stage under test with all that comes before it: every network that is wanted with its first values, frozen or trained. */
export function goalOf(subject: MethodSubject, trial: Trial, watch: Watch, alone: boolean): Stage {
  const method = subject.make();
  const { batches, items = three, steps = batches?.length ?? 1, opponents = !batches, schedules = false } = trial;
  const optimiser = trial.optimiser ?? (batches ? still : toGradient);
  const specs = specsFor(subject, method, alone || trial.beside === true || trial.without === true);
  const rest = { data: inTurn(pictureOf(specs, subject.options), batches ?? [items]), optimiser, steps };

  const before: Stage[] = [];
  const nets: Record<string, Net<string>> = {};
  for (const [role, spec] of specs) {
    const trained = subject.learns.includes(role);
    const watched = watchedSpec(spec, watch, (trained ? trial.student : trial.others) ?? "as-it-is");
    const first = stage({ name: `before-${role}`, nets: { [role]: learns(watched) }, methods: [], ...rest, steps: 0 }) as unknown as Stage;
    const result = from(first, role);
    nets[role] = trained ? learns(watched, { earlier: result as never }) : frozen(result);
    before.push(first);
  }

  // stages that methods ask for run for two steps at most, and for none on saturated maps, on which plain descent may diverge; each is mapped once, so that they go on being one
  const mapped = new WeakMap<Stage, Stage>(before.map((one) => [one, one]));
  const short = (of: Stage): Stage => {
    const known = mapped.get(of);
    if (known) return known;
    const net = (one: Net<string>): Net<string> => {
      if (one.mode === "frozen") return { ...one, of: { ...one.of, stage: short(one.of.stage) } };
      if (one.mode === "given") return { ...one, spec: watchedSpec(one.spec, watch) };
      return {
        ...one,
        spec: watchedSpec(one.spec, watch),
        ...(one.earlier && { earlier: { ...one.earlier, stage: short(one.earlier.stage) } }),
      };
    };
    const cut: Stage = {
      ...of,
      steps: trial.student === "saturated" || trial.others === "saturated" ? 0 : Math.min(of.steps, 2),
      nets: Object.fromEntries(Object.entries(of.nets).map(([role, one]) => [role, net(one)])),
      methods: of.methods.map((one) =>
        watchedMethod(one, watch, { subject: false, here: false, opponents: true, schedules: true, stage: short }),
      ),
    };
    mapped.set(of, cut).set(cut, cut);
    return cut;
  };

  const watched = (one: CheckedMethod, isSubject: boolean): CheckedMethod =>
    watchedMethod(one, watch, {
      subject: isSubject,
      here: true,
      opponents,
      schedules,
      stage: short,
      ...(trial.only !== undefined && { only: trial.only }),
    });
  const tested = watched(method, true);
  return stage({
    name: "conformance",
    nets,
    methods: [
      ...subject.beside().map((one) => watched(one, false)),
      ...(trial.beside === true || trial.without === true || alone ? [companion()] : []),
      ...(trial.without === true ? [] : [trial.weight === undefined ? tested : weigh(trial.weight, tested as never)]),
    ] as never,
    ...rest,
  }) as unknown as Stage;
}
