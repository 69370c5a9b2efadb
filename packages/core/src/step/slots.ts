import { tidy, variable as newVariable, zeros, type Variable } from "@tensorflow/tfjs-core";
import type { Module, Optimiser } from "../contract/index.js";
import { isEntrywise } from "../optimisers/entrywise.js";
import type { Ready } from "../plan/prepare.js";

export const variablesOf = (modules: readonly Module[]): Variable[] => modules.flatMap((module) => Object.values(module.variables));

/** Variables that are updated at once, and what their optimiser remembers of them: of several joined to one vector, in this order; of one in its shape. */
export interface Held {
  readonly of: readonly Variable[];
  readonly slots: readonly Variable[];
}
/** What every optimiser of a stage remembers, by variable. */
export type Slots = ReadonlyMap<Variable, Held>;

/**
 * Variables of at most so many entries are updated together where the optimiser takes entries as they come: a network has hundreds of them, and an op of one takes longer to start than to run.
 * What is remembered of them is joined for good, not in every step. Source: our choice (docs/engine.md).
 */
const small = 8192;

export function newSlots({ stage, trained, adversaries }: Ready): Slots {
  const all = [
    { optimiser: stage.optimiser, modules: trained },
    ...adversaries.map(({ optimiser, module }) => ({ optimiser, modules: [module] })),
  ];
  return new Map(all.flatMap(({ optimiser, modules }) => [...slotsOf(optimiser, variablesOf(modules))]));
}

/** The slots of one optimiser, all 0. */
export function slotsOf(optimiser: Optimiser, variables: readonly Variable[]): Slots {
  const joins = (v: Variable): boolean => isEntrywise(optimiser.update) && v.size <= small;
  const together = variables.filter(joins);
  const all = [...(together.length > 0 ? [together] : []), ...variables.filter((v) => !joins(v)).map((v) => [v])];
  return new Map(
    all.flatMap((of) => {
      const shape = of.length === 1 ? of[0]!.shape : [of.reduce((sum, { size }) => sum + size, 0)];
      const slots = Array.from({ length: optimiser.slots }, () => tidy(() => newVariable(zeros(shape), false)));
      const held: Held = { of, slots };
      return of.map((v) => [v, held] as const);
    }),
  );
}

/** All that is remembered, each once. */
export const allSlots = (slots: Slots): Variable[] => [...new Set(slots.values())].flatMap(({ slots: own }) => own);
