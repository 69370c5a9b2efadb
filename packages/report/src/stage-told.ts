import { extent, mean } from "d3-array";
import type { EventLine, StageLine, ValidationLine } from "@segdistill/core";
import type { GateFound, PairCosine, SkippedStep, StageTold } from "./report-input.js";
import { gateOf } from "./stage-gates.js";
import { thin, type Sample } from "./thin.js";
import { valueAt } from "./value-at.js";

/** Hears the lines of one stage. */
export interface Listener {
  readonly validation: (line: ValidationLine) => void;
  readonly event: (line: StageLine) => void;
  /** What it heard, curves thinned to at most `most` points each. */
  readonly told: (most: number) => StageTold;
}

/** Steps left out that are kept as examples. Source: our choice. */
const mostExamples = 5;

/**
 * Gathers what a stage tells beside its steps: how it ended, its best validation, gates, steps left out, gradients.
 * Lines of events.jsonl hold any JSON: what is not of the form that core writes is not taken. Source: interfaces.md 5 (events.jsonl).
 */
export const listener = (): Listener => {
  let [end, best, measured]: [StageTold["end"], StageTold["best"], StageTold["measured"]] = [null, null, null];
  let count = 0;
  const examples: SkippedStep[] = [];
  const gates = new Map<string, GateFound>();
  const norms = new Map<string, { readonly samples: Sample[]; notFinite: number }>();
  const cosines = new Map<string, (number | null)[]>();

  const gradients = (line: StageLine): void => {
    const step = numberOr(line["step"], 0);
    for (const [term, value] of numbersOf(line["norms"])) {
      const norm = valueAt(norms, term, () => ({ samples: [], notFinite: 0 }));
      if (value === null) norm.notFinite++;
      else norm.samples.push({ step, value });
    }
    for (const [pair, value] of numbersOf(line["cosines"])) valueAt(cosines, pair, () => []).push(value);
  };
  return {
    validation: ({ best: better, validation, step, epoch }) => {
      // the loop always says whether it was the best; scores without that were measured after training
      if (better === undefined) measured = validation;
      else if (better && step !== undefined) best = { step, epoch: epoch ?? null };
    },
    event: (line) => {
      const { event, step, steps, gate, value, passed } = line;
      if ((event === "finished" || event === "reused") && typeof step === "number" && typeof steps === "number")
        end = { done: step, budget: steps };
      else if (event === "gate" && typeof gate === "string" && typeof passed === "boolean")
        gates.set(gate, gateOf(gate, value, passed, line["warning"]));
      else if (event === "skipped") {
        count++;
        if (examples.length < mostExamples) examples.push(skippedOf(line));
      } else if (event === "gradients") gradients(line);
    },
    told: (most) => ({
      end,
      best,
      measured,
      gates: [...gates.values()],
      skipped: { count, examples },
      gradients:
        norms.size === 0
          ? null
          : {
              norms: Object.fromEntries(
                [...norms].map(([term, { samples, notFinite }]) => [term, { points: thin(samples, most), notFinite }]),
              ),
              cosines: [...cosines].map(([pair, values]) => pairOf(pair, values)),
            },
    }),
  };
};

const numberOr = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "not known");
const numbersOf = (value: unknown): readonly (readonly [string, number | null])[] =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).map(([name, one]) => [name, typeof one === "number" ? one : null] as const);

const skippedOf = ({ step, term, cases, where }: StageLine): SkippedStep => ({
  step: numberOr(step, 0),
  term: textOf(term),
  cases: Array.isArray(cases) ? cases.filter((one) => typeof one === "string") : [],
  where: textOf(where),
});

const pairOf = (pair: string, values: readonly (number | null)[]): PairCosine => {
  const known = values.filter((value) => value !== null);
  const n = known.length;
  const nulls = values.length - n;
  const [low = null, high = null] = extent(known);
  return { pair, mean: mean(known) ?? null, low, high, n, nulls };
};

/** Whether a line records a validation, of the loop or after it. Core's own is a function of core: this package takes types only. */
export const isValidation = (line: EventLine): line is ValidationLine => "validation" in line && !("event" in line);
/** Whether a line tells of a stage. */
export const isEvent = (line: EventLine): line is StageLine => "event" in line;
