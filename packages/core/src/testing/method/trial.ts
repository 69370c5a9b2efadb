import { dispose, memory } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import type { CheckedMethod, Module, Net, Optimiser, Schedule, Stage } from "../../contract/index.js";
import { frozen, from, learns, stage } from "../../stages.js";
import { memoryStore, type Store } from "../../store.js";
import { train } from "../../train.js";
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
}

/** The values of all variables of a module, by name. */
export interface Bytes {
  readonly module: string;
  readonly by: string;
  /** Whether whoever made it may move it in this stage. */
  readonly mayMove: boolean;
  /** Whether it is a network that the stage trains. */
  readonly student: boolean;
  readonly variables: ReadonlyMap<string, Moved>;
}
export interface Moved {
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** Moved by a pass or a mean, not by an optimiser. */
  readonly state: boolean;
  readonly collected: boolean;
}

/** One term's loss before it is reduced: one number an image. */
export interface Share {
  readonly term: string;
  readonly sum: readonly number[];
  readonly count: readonly number[] | null;
}

export interface Seen {
  readonly key: string;
  /** Raw values by "method/term", step by step. */
  readonly values: readonly Readonly<Record<string, number>>[];
  readonly shares: readonly Share[];
  readonly reads: readonly string[];
  /** How often the step was read in all. */
  readonly reading: number;
  readonly modules: readonly Bytes[];
  readonly terms: readonly { readonly name: string; readonly couples: boolean }[];
  readonly adversaries: readonly string[];
  readonly gates: readonly string[];
  readonly trains: readonly string[];
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
function goalOf(subject: MethodSubject, trial: Trial, watch: Watch, alone: boolean): Stage {
  const method = subject.make();
  const { batches, items = three, steps = batches?.length ?? 1, opponents = !batches, schedules = false } = trial;
  const optimiser = trial.optimiser ?? (batches ? still : toGradient);
  const specs = specsFor(subject, method, alone || trial.beside === true || trial.without === true);
  const rest = { data: inTurn(pictureOf(specs), batches ?? [items]), optimiser, steps };

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

  // stages that methods ask for run for two steps at most; each is mapped once, so that they go on being one
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
      steps: Math.min(of.steps, 2),
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

/** Runs a trial; where the method brings nothing to minimise or to train of its own, a supervised companion stands beside it. */
export async function tryOut(subject: MethodSubject, trial: Trial = {}): Promise<Seen> {
  await startEngine();
  try {
    return await attempt(subject, trial, false);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "core/no-term" && code !== "core/nothing-trained") throw error;
    return attempt(subject, trial, true);
  }
}

async function attempt(subject: MethodSubject, trial: Trial, alone: boolean): Promise<Seen> {
  const watch: Watch = {
    who: subject.name,
    modules: [],
    mayMove: new Set(),
    collected: new Set(),
    built: undefined,
    reads: new Set(),
    record: trial.record ?? false,
    shares: [],
    reading: 0,
    breakAt: trial.breakAt ?? null,
  };
  const goal = goalOf(subject, trial, watch, alone);
  const kept = memoryStore();
  let before = new Map<Module, ReadonlyMap<string, Float32Array>>();
  const values = ({ variables, state }: Module): ReadonlyMap<string, Float32Array> =>
    new Map(Object.entries({ ...variables, ...state }).map(([key, v]) => [key, Float32Array.from(v.dataSync())]));
  const store: Store = {
    ...kept,
    tell: (name, event) => {
      kept.tell(name, event);
      if (name === goal.name && event.event === "started") before = new Map(watch.modules.map(({ module }) => [module, values(module)]));
    },
  };
  try {
    const trained = await train([goal], { seed: trial.seed ?? 1, store, eager: trial.eager ?? true });
    try {
      const students = Object.keys(goal.nets)
        .filter((role) => goal.nets[role]!.mode === "trained")
        .map((role) => trained.network(goal, role).name);
      const bytes = watch.modules.map(({ module, by }): Bytes => {
        const after = values(module);
        const variables = new Map(
          [...after].map(([key, now]) => [
            key,
            {
              before: before.get(module)?.get(key) ?? now,
              after: now,
              state: key in module.state,
              collected: watch.collected.has((module.state[key] ?? null) as never),
            },
          ]),
        );
        const student = students.includes(module.name);
        return { module: module.name, by, mayMove: student || watch.mayMove.has(module), student, variables };
      });
      const shares = watch.shares.map(({ term, sum, count }) => ({
        term,
        sum: [...sum.dataSync()],
        count: count ? [...count.dataSync()] : null,
      }));
      const { terms = [], adversaries = [], gates = [], trains = [] } = watch.built ?? {};
      return {
        key: trained.stages.at(-1)!.key,
        values: kept.steps
          .filter((one) => one.stage === goal.name)
          .map(({ record }) => Object.fromEntries(Object.entries(record.terms).map(([name, { raw }]) => [name, raw]))),
        shares,
        reads: [...watch.reads],
        reading: watch.reading,
        modules: bytes,
        terms: terms.filter(({ weight }) => weight !== 0).map(({ name, couples }) => ({ name, couples: couples !== undefined })),
        adversaries: adversaries.map(({ name }) => name),
        gates: gates.map(({ name }) => name),
        trains: trains.map(({ name }) => name),
      };
    } finally {
      trained.dispose();
    }
  } finally {
    dispose(watch.shares.flatMap(({ sum, count }) => (count ? [sum, count] : [sum])));
  }
}

/** How many tensors a trial leaves behind, and what it threw. */
export async function leftBy(
  subject: MethodSubject,
  trial: Trial,
): Promise<{ readonly left: number; readonly thrown: Error | null; readonly reading: number }> {
  await startEngine();
  const before = memory().numTensors;
  let [thrown, reading]: [Error | null, number] = [null, 0];
  try {
    ({ reading } = await tryOut(subject, trial));
  } catch (error) {
    thrown = error as Error;
  }
  return { left: memory().numTensors - before, thrown, reading };
}
