import type { EventLine, StepLine, ValidationLine } from "@segdistill/core";
import type { StageCurves } from "./report-input.js";
import { thin, type Sample } from "./thin.js";

interface Recorded {
  readonly terms: Map<string, { readonly raw: Sample[]; readonly weight: Sample[] }>;
  readonly rate: Sample[];
  readonly validation: Map<string, Sample[]>;
}

/**
 * The curves of every stage from the lines of events.jsonl, thinned to at most `most` points each, stages in the order of their first line.
 * A stage that recorded no step (because it was reused) is left out; so are validation scores that are null. Throws report-thin.
 * Source: interfaces.md 5 (events.jsonl).
 */
export const curvesOf = (lines: Iterable<EventLine>, most = 160): readonly StageCurves[] => {
  const stages = new Map<string, Recorded>();
  for (const line of lines) {
    const recorded = valueAt(stages, line.stage, () => ({ terms: new Map(), rate: [], validation: new Map() }));
    if (isStep(line)) addStep(recorded, line);
    else if (isValidation(line)) addValidation(recorded, line);
  }
  return [...stages].filter(([, { rate }]) => rate.length > 0).map(([stage, recorded]) => thinned(stage, recorded, most));
};

// core's own isStep is a function of core: this package takes types only
const isStep = (line: EventLine): line is StepLine => "terms" in line && !("event" in line);
const isValidation = (line: EventLine): line is ValidationLine => "validation" in line && !("event" in line);

const addStep = ({ terms, rate }: Recorded, line: StepLine): void => {
  rate.push({ step: line.step, value: line.rate });
  for (const [name, { raw, weight }] of Object.entries(line.terms)) {
    const term = valueAt(terms, name, () => ({ raw: [], weight: [] }));
    term.raw.push({ step: line.step, value: raw });
    term.weight.push({ step: line.step, value: weight });
  }
};

const addValidation = ({ validation, rate }: Recorded, line: ValidationLine): void => {
  const step = line.step ?? rate[rate.length - 1]?.step ?? 0;
  for (const [name, value] of Object.entries(line.validation))
    if (value !== null) valueAt(validation, name, () => []).push({ step, value });
};

const thinned = (stage: string, { terms, rate, validation }: Recorded, most: number): StageCurves => ({
  stage,
  terms: Object.fromEntries([...terms].map(([name, { raw, weight }]) => [name, { raw: thin(raw, most), weight: thin(weight, most) }])),
  rate: thin(rate, most),
  validation: Object.fromEntries([...validation].map(([name, samples]) => [name, thin(samples, most)])),
  stepsPerPoint: Math.max(1, Math.ceil(rate.length / most)),
});

const valueAt = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
};
