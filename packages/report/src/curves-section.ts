import type { Results, StageResults } from "@segdistill/core";
import { curveFigure } from "./curve-figure.js";
import { curvePlot, readsLogarithmic, type CurvePlot } from "./curve-plot.js";
import { markup, type Markup } from "./markup.js";
import { metricName } from "./names.js";
import { axisNumber, counted, listed, score } from "./numbers.js";
import type { CurvePoint, ReportInput, StageCurves } from "./report-input.js";
import { endSentences, stageEnd, whenBest } from "./stage-end.js";
import { gatesOf, gatesTable } from "./stage-gates.js";
import { stageGradients } from "./stage-gradients.js";
import { skippedSteps } from "./stage-skipped.js";

/** One stage: what it recorded in this run, and what the results say of it. One of the two may be missing. */
interface Shown {
  readonly name: string;
  readonly curves: StageCurves | null;
  readonly results: StageResults | null;
}

/** Every stage: how it ended, gates, steps left out; each term's raw value, its weight apart, validation, learning rate; gradients. Source: our choice. */
export const curvesSection = ({ curves, results }: ReportInput): Markup | null => {
  const stages = stagesOf(curves, results);
  const seeds = results.seeds ?? [];
  const elsewhere = (name: string): boolean => seeds.slice(1).some((seed) => name.startsWith(`seed-${seed}/`));
  const missing = stages.filter((one) => !hasCurves(one) && !elsewhere(one.name)).map(({ name }) => name);
  const shown = stages.filter((one) => hasCurves(one) || hasNews(one));
  if (shown.length === 0 && missing.length === 0) return null;
  const of =
    seeds.length > 1 ? `Curves are those of seed ${seeds[0]!}; those of the other seeds stand in the reports of their own folders. ` : "";
  const absent =
    missing.length === 0
      ? null
      : markup`<p>Without a curve here: ${listed(missing)}. A stage that was reused, or has no steps, recorded none in this run.</p>`;
  return markup`<section id="curves"><h2>Training</h2><p>${of}Every term of every stage, before its weight. Line: mean of the steps that a point stands for. Band: the smallest and largest of them. The horizontal axis counts steps.</p>${absent}${shown.map(stageBlock)}</section>`;
};

/** Results averaged over seeds list a stage of the first seed as "seed-0/teacher", its events as "teacher"; other seeds' stages have no events here. */
const stagesOf = (curves: readonly StageCurves[], { stages, seeds = [] }: Results): readonly Shown[] => {
  const prefix = seeds.length > 1 ? `seed-${seeds[0]!}/` : "";
  const known = new Map(stages.map((one) => [one.name, one] as const));
  const recorded = curves.map((one): Shown => {
    const name = known.has(prefix + one.stage) ? prefix + one.stage : one.stage;
    return { name, curves: one, results: known.get(name) ?? null };
  });
  const names = new Set(recorded.map(({ name }) => name));
  const others = stages.filter(({ name }) => !names.has(name)).map((one): Shown => ({ name: one.name, curves: null, results: one }));
  return [...recorded, ...others];
};

const hasCurves = ({ curves }: Shown): boolean => curves !== null && curves.rate.length > 0;

/** Whether a stage without curves has more to tell than that it went its way. */
const hasNews = ({ curves, results }: Shown): boolean => {
  const { end, best } = stageEnd(curves?.told ?? null, results);
  return (
    (end !== null && end.done < end.budget) ||
    best !== null ||
    gatesOf(curves?.told ?? null, results).length > 0 ||
    (results?.skipped ?? 0) > 0
  );
};

const stageBlock = ({ name, curves, results }: Shown, index: number): Markup => {
  const told = curves?.told ?? null;
  const ended = stageEnd(told, results);
  const steps = curves === null ? null : stepsOf(curves);
  const words = [...endSentences(ended), ...measuredSentence(curves)];
  return markup`<h3>${name}</h3>${words.length === 0 ? null : markup`<p>${words.join(" ")}</p>`}${gatesTable(name, gatesOf(told, results))}${skippedSteps(name, told, results)}${curves !== null && steps !== null && curves.rate.length > 0 ? plots(name, curves, steps, ended.best, index) : null}${told?.gradients && curves && steps ? stageGradients(told.gradients, { id: `c${index}`, stage: name, steps, terms: curves.terms }) : null}`;
};

/** First and last step that anything was recorded at. */
const stepsOf = ({ rate, validation }: StageCurves): readonly [number, number] => {
  const last = Object.values(validation).map((points) => points[points.length - 1]?.step ?? 0);
  return [Math.min(1, rate[0]?.step ?? 1), Math.max(rate[rate.length - 1]?.step ?? 1, ...last)];
};

const measuredSentence = (curves: StageCurves | null): readonly string[] => {
  const scores = Object.entries(curves?.told.measured ?? {});
  if (scores.length === 0) return [];
  const said = scores.map(([metric, value]) => `${metricName(metric)} ${value === null ? "not defined" : score(value)}`);
  return [`On the validation pictures after training, mean over pictures: ${said.join(", ")}.`];
};

const plots = (
  stage: string,
  { terms, rate, validation, stepsPerPoint }: StageCurves,
  steps: readonly [number, number],
  best: ReturnType<typeof stageEnd>["best"],
  index: number,
): Markup => {
  const about = (id: string) => ({ id: `c${index}-${id}`, stage, steps, logarithmic: false });
  const termFigures = Object.entries(terms).map(([name, { raw, weight }], t) => {
    const still = constant(weight);
    const curve = { ...about(`w${t}`), title: `${stage}: weight of ${name}`, points: weight, height: 84 };
    const below = still === null && weight.length > 0 ? markup`<p class="note">its weight</p>${curvePlot(curve)}` : null;
    const words = still === null ? "" : `weight ${axisNumber(still)}`;
    return curveFigure({ ...about(`t${t}`), name, about: words, points: raw, logarithmic: readsLogarithmic(raw), below });
  });
  const mark: CurvePlot["mark"] = best ? { step: best.step, word: "best", sentence: `Best ${whenBest(best)}.` } : undefined;
  const scores = Object.entries(validation).map(([metric, points], v) =>
    curveFigure({
      ...{ ...about(`v${v}`), name: `Validation: ${metricName(metric)}`, points },
      ...(mark && best && { mark, about: `dashed: best ${whenBest(best)}` }),
    }),
  );
  const still = constant(rate);
  const rates = still === null ? curveFigure({ ...about("rate"), name: "Learning rate", points: rate }) : null;
  const words = [
    stepsPerPoint > 1 ? `One point stands for ${counted(stepsPerPoint, "step")}.` : "",
    still === null ? "" : `Learning rate ${axisNumber(still)} throughout.`,
    scores.length === 0
      ? ""
      : "Validation between epochs is measured over all its pictures as one, so it is not the mean over pictures that test sets have.",
  ];
  const said = words.filter((text) => text !== "").join(" ");
  return markup`${said === "" ? null : markup`<p class="note">${said}</p>`}<div class="plots curves">${termFigures}${scores}${rates}</div>`;
};

/** The one value of a curve that never changes; null for others. */
const constant = (points: readonly CurvePoint[]): number | null => {
  const first = points[0]?.low;
  return first !== undefined && points.every(({ low, high }) => low === first && high === first) ? first : null;
};
