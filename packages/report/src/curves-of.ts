import type { EventLine, StepLine, ValidationLine } from "@segdistill/core";
import type { StageCurves } from "./report-input.js";
import { isEvent, isValidation, listener, type Listener } from "./stage-told.js";
import { thin, type Sample } from "./thin.js";
import { valueAt } from "./value-at.js";

interface Recorded {
  readonly terms: Map<string, { readonly raw: Sample[]; readonly weight: Sample[] }>;
  readonly rate: Sample[];
  readonly validation: Map<string, Sample[]>;
  readonly heard: Listener;
}

/**
 * The curves of every stage from the lines of events.jsonl, thinned to at most `most` points each, and what it told beside them; stages in the order of their
 * first line. A stage that recorded no step (because it was reused) has curves without points, and is left out where it did not say how it ended either;
 * validation scores that are null are left out. Throws report-thin. Source: interfaces.md 5 (events.jsonl).
 */
export const curvesOf = (lines: Iterable<EventLine>, most = 160): readonly StageCurves[] => {
  const stages = new Map<string, Recorded>();
  for (const line of lines) {
    const recorded = valueAt(stages, line.stage, () => ({ terms: new Map(), rate: [], validation: new Map(), heard: listener() }));
    if (isEvent(line)) recorded.heard.event(line);
    else if (isValidation(line)) addValidation(recorded, line);
    else addStep(recorded, line);
  }
  return [...stages]
    .map(([stage, recorded]) => thinned(stage, recorded, most))
    .filter(({ rate, told }) => rate.length > 0 || told.end !== null);
};

const addStep = ({ terms, rate }: Recorded, line: StepLine): void => {
  rate.push({ step: line.step, value: line.rate });
  for (const [name, { raw, weight }] of Object.entries(line.terms)) {
    const term = valueAt(terms, name, () => ({ raw: [], weight: [] }));
    term.raw.push({ step: line.step, value: raw });
    term.weight.push({ step: line.step, value: weight });
  }
};

const addValidation = ({ validation, rate, heard }: Recorded, line: ValidationLine): void => {
  heard.validation(line);
  if (line.best === undefined) return;
  const step = line.step ?? rate[rate.length - 1]?.step ?? 0;
  for (const [name, value] of Object.entries(line.validation))
    if (value !== null) valueAt(validation, name, () => []).push({ step, value });
};

const thinned = (stage: string, { terms, rate, validation, heard }: Recorded, most: number): StageCurves => ({
  stage,
  terms: Object.fromEntries([...terms].map(([name, { raw, weight }]) => [name, { raw: thin(raw, most), weight: thin(weight, most) }])),
  rate: thin(rate, most),
  validation: Object.fromEntries([...validation].map(([name, samples]) => [name, thin(samples, most)])),
  stepsPerPoint: Math.max(1, Math.ceil(rate.length / most)),
  told: heard.told(most),
});
