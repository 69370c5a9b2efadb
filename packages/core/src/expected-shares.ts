import type { ExpectedShare } from "./contract/index.js";
import { outsideShareText } from "./errors.js";
import type { Ready } from "./plan/prepare.js";
import { atStep } from "./step/fed.js";
import type { GateResult } from "./step/sweeps.js";

type Terms = Pick<Ready, "stage" | "terms">;
type ReadyTerm = Ready["terms"][number];
type Counters = Readonly<Record<string, number>>;

const nameOf = ({ name }: ReadyTerm): string => `${name}/share`;
const keyOf = (name: string): string => `first-epoch/${name}`;

/** Terms that should be a share of another one, with that one; none where the stage ends within its first epoch. */
const expectations = ({ stage, terms }: Terms): readonly (readonly [ReadyTerm, ReadyTerm, ExpectedShare])[] =>
  stage.steps < stage.data.batchesPerEpoch
    ? []
    : terms.flatMap((term) => {
        const { expected } = term;
        const of = expected && terms.find(({ name }) => name.endsWith(`/${expected.of}`));
        return of ? [[term, of, expected]] : [];
      });

/** The largest weight that a term reaches in the stage. */
const fullWeight = (stage: Ready["stage"], { weight = 1 }: ReadyTerm): number => {
  if (typeof weight === "number") return weight;
  let most = 0;
  for (let step = 0; step < stage.steps; step++) most = Math.max(most, weight.value(atStep(stage, step)));
  return most;
};

/** Names of the gates that shares are told as. */
export const shareNames = (ready: Terms): readonly string[] => expectations(ready).map(([term]) => nameOf(term));

/** Sums of terms over the first epoch, in a stage's counters, so that a stage that was stopped within it sums on. */
export function firstEpoch(
  ready: Terms,
  before: Counters,
): { readonly add: (name: string, value: number) => void; readonly sums: Counters } {
  const keys = expectations(ready).flatMap(([term, of]) => [keyOf(term.name), keyOf(of.name)]);
  const sums = Object.fromEntries(keys.map((key) => [key, before[key] ?? 0]));
  return {
    /** The value of a step that counted, with a balancer's factor and without the weight. */
    add: (name, value) => {
      const key = keyOf(name);
      if (key in sums) sums[key]! += Math.abs(value);
    },
    sums,
  };
}

/** What became of the expected shares, as gates; those that nothing is known of are left out. */
export const sharesOf = (ready: Terms, counters: Counters): readonly GateResult[] =>
  expectations(ready).flatMap(([term, of, expected]) => {
    const weight = fullWeight(ready.stage, term);
    const other = (counters[keyOf(of.name)] ?? 0) * fullWeight(ready.stage, of);
    if (other === 0) return [];
    const value = ((counters[keyOf(term.name)] ?? 0) * weight) / other;
    const passed = value >= expected.least && value <= expected.most;
    const warning = outsideShareText({ name: term.name, weight, value }, of.name, expected);
    return [{ name: nameOf(term), value, passed, ...(!passed && { warning }) }];
  });
