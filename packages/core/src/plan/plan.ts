import { dispose } from "@tensorflow/tfjs-core";
import type { Choice, Json, MapShape, Module, PictureShape, Schedule, Stage } from "../contract/index.js";
import { shareNames } from "../expected-shares.js";
import { namedVariables } from "../keeping.js";
import { atStep } from "../step/fed.js";
import { prepare, type Surroundings } from "./prepare.js";

/** A number over a stage: `share` of its updates done, 0…1, to the value in that update. */
export type OverTime = (share: number) => number;

/** A network of a planned stage. */
export interface PlannedNet {
  readonly role: string;
  readonly network: string;
  readonly mode: "trained" | "frozen" | "given";
  /** "stage/role" whose result it is (frozen) or starts from (trained); null where there is none. */
  readonly from: string | null;
  /** Numbers that an optimiser can move. */
  readonly parameters: number;
  readonly taps: Readonly<Record<string, MapShape>>;
  /** Taps that methods read, by method. */
  readonly read: Readonly<Record<string, readonly string[]>>;
}

/** What a run will do in one stage. */
export interface PlannedStage {
  readonly name: string;
  /** Content hash. */
  readonly key: string;
  /** Stages that must be done before. */
  readonly after: readonly string[];
  readonly steps: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly picture: PictureShape;
  readonly nets: readonly PlannedNet[];
  /** Modules of methods that the stage's optimiser moves beside the networks. */
  readonly trains: readonly { readonly name: string; readonly parameters: number }[];
  readonly terms: readonly { readonly name: string; readonly weight: OverTime }[];
  readonly adversaries: readonly { readonly name: string; readonly steps: number; readonly parameters: number }[];
  readonly collect: readonly { readonly name: string; readonly when: "start" | "epoch" }[];
  readonly gates: readonly { readonly name: string; readonly otherwise: "stop" | "warn" }[];
  readonly rate: OverTime;
  readonly optimiser: Json;
  /** Parts of a batch; 1 where it is whole. */
  readonly accumulate: number;
  readonly recompute: boolean;
  /** Of the moving average that the stage ends with; null where there is none. */
  readonly average: number | null;
  readonly balance: Json;
  readonly validation: { readonly every: number; readonly measures: readonly string[]; readonly choose: Choice | null } | null;
  readonly nonFinite: "stop" | { readonly skip: number };
}

/**
 * Every stage that the goals need, in the order they will be trained in, wired and checked as {@link train} does it, and nothing trained. The engine must have been
 * started; no tensor is left behind. Throws what `train` throws before its first step.
 *
 * @example plan([distilled], { seed: 0, precision: "float32", code: null }).map(({ name, steps }) => `${name}: ${steps}`)
 */
export function plan(goals: readonly Stage[], surroundings: Surroundings): readonly PlannedStage[] {
  const modules = new Map<string, Module>();
  try {
    return prepare(goals, surroundings, modules, null).map((ready): PlannedStage => {
      const { stage, after, key, trained, terms, adversaries, collect, gates } = ready;
      const overTime = (value: number | Schedule): OverTime =>
        typeof value === "number"
          ? () => value
          : (share) => value.value(atStep(stage, Math.round(Math.min(1, Math.max(0, share)) * Math.max(0, stage.steps - 1))));
      const nets = Object.entries(stage.nets).map(([role, net]): PlannedNet => {
        const of = net.mode === "frozen" ? net.of : net.mode === "trained" && net.start === "earlier" ? net.earlier! : null;
        const reading = stage.methods.filter(({ wants }) => wants[role] !== undefined);
        return {
          role,
          network: net.spec.name,
          mode: net.mode,
          from: of && `${of.stage.name}/${of.role}`,
          parameters: parametersOf(ready.nets[role]!.network),
          taps: net.spec.taps,
          read: Object.fromEntries(reading.map(({ name, wants }) => [name, wants[role] as readonly string[]])),
        };
      });
      const own = new Set<Module>(Object.values(ready.nets).map(({ network }) => network));
      return {
        name: stage.name,
        key,
        after,
        steps: stage.steps,
        batchSize: stage.data.batchSize,
        batchesPerEpoch: stage.data.batchesPerEpoch,
        picture: stage.data.picture,
        nets,
        trains: trained.filter((module) => !own.has(module)).map((module) => ({ name: module.name, parameters: parametersOf(module) })),
        terms: terms.map(({ name, weight = 1 }) => ({ name, weight: overTime(weight) })),
        adversaries: adversaries.map(({ name, steps = 1, module }) => ({ name, steps, parameters: parametersOf(module) })),
        collect: collect.map(({ name, when }) => ({ name, when })),
        gates: [
          ...gates.map(({ name, otherwise }) => ({ name, otherwise })),
          ...shareNames(ready).map((name) => ({ name, otherwise: "warn" as const })),
        ],
        rate: overTime(stage.optimiser.rate),
        optimiser: stage.optimiser.describe,
        accumulate: stage.accumulate ?? 1,
        recompute: stage.recompute ?? false,
        average: stage.average ?? null,
        balance: stage.balance?.describe ?? null,
        validation: stage.validation
          ? { every: stage.validation.every ?? 1, measures: Object.keys(stage.validation.measure), choose: stage.validation.choose ?? null }
          : null,
        nonFinite: stage.nonFinite ?? "stop",
      };
    });
  } finally {
    dispose([...namedVariables([...modules.values()]).values()]);
  }
}

const parametersOf = ({ variables }: Module): number => Object.values(variables).reduce((sum, { size }) => sum + size, 0);
