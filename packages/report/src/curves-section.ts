import { curvePlot, readsLogarithmic } from "./curve-plot.js";
import { markup, type Markup } from "./markup.js";
import { metricName } from "./names.js";
import { axisNumber, counted, listed } from "./numbers.js";
import type { CurvePoint, ReportInput, StageCurves } from "./report-input.js";

/** Curves of every stage: each term's raw value, its weight apart, validation, learning rate. Source: our choice. */
export const curvesSection = ({ curves, results }: ReportInput): Markup | null => {
  const missing = results.stages.map(({ name }) => name).filter((name) => !curves.some(({ stage }) => stage === name));
  if (curves.length === 0 && missing.length === 0) return null;
  const absent =
    missing.length === 0
      ? null
      : markup`<p>Without a curve here: ${listed(missing)}. A stage that was reused, or has no steps, recorded none in this run.</p>`;
  return markup`<section id="curves"><h2>Training</h2><p>Every term of every stage, before its weight. Line: mean of the steps that a point stands for. Band: the smallest and largest of them. The horizontal axis counts steps.</p>${absent}${curves.map(stageCurves)}</section>`;
};

interface Drawn {
  readonly id: string;
  readonly name: string;
  readonly about?: string;
  readonly points: readonly CurvePoint[];
  /** Losses fall by orders of magnitude; rates, weights and scores are read on an even axis. */
  readonly logarithmic?: boolean;
}

const stageCurves = (curves: StageCurves, index: number): Markup => {
  const { stage, terms, rate, validation, stepsPerPoint } = curves;
  const steps = [Math.min(1, rate[0]?.step ?? 1), rate[rate.length - 1]?.step ?? 1] as const;
  const plot = ({ id, name, points, logarithmic = false }: Drawn, height: number): Markup =>
    curvePlot({ id: `c${index}-${id}`, title: `${stage}: ${name}`, points, steps, logarithmic, height });
  const figure = (drawn: Drawn, below: Markup | null = null): Markup => {
    const about = [drawn.about ?? "", drawn.logarithmic === true ? "log axis" : ""].filter((text) => text !== "").join(", ");
    return markup`<figure><figcaption><b>${drawn.name}</b> ${about}</figcaption>${plot(drawn, 170)}${below}</figure>`;
  };
  const termFigures = Object.entries(terms).map(([name, { raw, weight }], t) => {
    const still = constant(weight);
    const moving = still === null && weight.length > 0;
    const below = moving
      ? markup`<p class="note">its weight</p>${plot({ id: `w${t}`, name: `weight of ${name}`, points: weight }, 84)}`
      : null;
    const about = still === null ? "" : `weight ${axisNumber(still)}`;
    return figure({ id: `t${t}`, name, about, points: raw, logarithmic: readsLogarithmic(raw) }, below);
  });
  const scores = Object.entries(validation).map(([metric, points], v) =>
    figure({ id: `v${v}`, name: `Validation: ${metricName(metric)}`, points }),
  );
  const still = constant(rate);
  const rates = still === null ? figure({ id: "rate", name: "Learning rate", points: rate }) : null;
  const words = [
    stepsPerPoint > 1 ? `One point stands for ${counted(stepsPerPoint, "step")}.` : "",
    still === null ? "" : `Learning rate ${axisNumber(still)} throughout.`,
  ];
  return markup`<h3>${stage}</h3><p class="note">${words.filter((text) => text !== "").join(" ")}</p><div class="plots curves">${termFigures}${scores}${rates}</div>`;
};

/** The one value of a curve that never changes; null for others. */
const constant = (points: readonly CurvePoint[]): number | null => {
  const first = points[0]?.low;
  return first !== undefined && points.every(({ low, high }) => low === first && high === first) ? first : null;
};
