import type { GainRow, Results } from "@segdistill/core";
import { dotPlot, roundDomain, type DotRow } from "./dot-plot.js";
import { markup, type Markup } from "./markup.js";
import { numberOf, type MeasuredModel } from "./measured-model.js";
import { lowerIsBetter, metricName, modelName } from "./names.js";
import { counted, percent, score, signed } from "./numbers.js";

/** A dot for every picture: values by model, and differences to the baseline with their interval. Axes are the same on all test sets. Source: our choice. */
export const domainPlots = (
  results: Results,
  measured: readonly MeasuredModel[],
  gains: readonly GainRow[],
  domain: string,
  metric: string,
  index: number,
): Markup => {
  const name = metricName(metric);
  const all = Object.values(results.models).flatMap((model) => Object.values(model.domains));
  const values = all.flatMap((scores) => {
    const row = dotRow({ model: "", scores }, metric);
    return [...row.dots.map(({ value }) => value), ...(row.bar ?? [])];
  });
  const rows = measured.map((one): DotRow => dotRow(one, metric));
  const gain = gains.find((row) => row.metric === metric);
  const left = markup`<figure><figcaption><b>${name} of every picture</b><br>Dot: a picture. Line: mean. Band: ± one standard deviation.</figcaption>${dotPlot(
    {
      id: `values-${index}`,
      title: `${name} of every picture of ${domain}, by model`,
      description: rows.map(({ label, digits }) => `${label}: ${digits}.`).join(" "),
      rows,
      domain: roundDomain(values),
    },
  )}</figure>`;
  return markup`<div class="plots">${left}${gain && gain.mean !== null ? differencePlot(results, measured, gain, index) : null}</div>`;
};

const dotRow = ({ model, scores }: MeasuredModel, metric: string): DotRow => {
  const mean = numberOf(scores.mean, metric);
  const sd = numberOf(scores.sd, metric);
  const dots = scores.cases.flatMap(({ id, group, [metric]: value }) =>
    typeof value === "number" ? [{ value, title: `${id} (group ${group}): ${score(value)}` }] : [],
  );
  const digits =
    mean === null
      ? `no mean: ${scores.mean.reasons?.[metric] ?? "not measured"}`
      : sd === null
        ? score(mean)
        : `${score(mean)} ± ${score(sd)}`;
  return {
    model,
    label: modelName(model),
    digits,
    dots,
    mean,
    bar: mean === null || sd === null ? null : [mean - sd, mean + sd],
  };
};

/** Distilled − baseline for every picture that both have a value for. */
const differences = (
  measured: readonly MeasuredModel[],
  { model, against, metric }: GainRow,
): readonly { readonly id: string; readonly value: number }[] => {
  const cases = (name: string) => measured.find((one) => one.model === name)?.scores.cases ?? [];
  const other = new Map(cases(against).map((one) => [one.id, one[metric]]));
  return cases(model).flatMap(({ id, [metric]: ours }) => {
    const theirs = other.get(id);
    return typeof ours === "number" && typeof theirs === "number" ? [{ id, value: ours - theirs }] : [];
  });
};

const differencePlot = (results: Results, measured: readonly MeasuredModel[], gain: GainRow, index: number): Markup => {
  const name = metricName(gain.metric);
  const dots = differences(measured, gain).map(({ id, value }) => ({ value, title: `${id}: ${signed(value)}` }));
  const same = results.gains.filter((row) => row.metric === gain.metric);
  const reach = same.flatMap((row) => {
    const models = Object.entries(results.models).flatMap(([model, { domains }]): readonly MeasuredModel[] =>
      domains[row.domain] ? [{ model, scores: domains[row.domain]! }] : [],
    );
    return [...differences(models, row).map(({ value }) => value), row.low ?? 0, row.high ?? 0];
  });
  const least = 0.35 * Math.max(...reach.map(Math.abs)); // room for the words at both sides of 0
  const better = lowerIsBetter(gain.metric) ? ["distilled better", "baseline better"] : ["baseline better", "distilled better"];
  const interval = gain.low === null || gain.high === null ? null : ([gain.low, gain.high] as const);
  const digits = interval
    ? `${signed(gain.mean!)} (${signed(interval[0])} to ${signed(interval[1])})`
    : `${signed(gain.mean!)}, no interval`;
  return markup`<figure><figcaption><b>Difference to the baseline, picture by picture</b><br>Dot: a picture. Line: mean. Band: its ${percent(gain.level)} interval.</figcaption>${dotPlot(
    {
      id: `differences-${index}`,
      title: `Difference of ${name} between distilled student and baseline for every picture of ${gain.domain}`,
      description: `Mean difference and interval: ${digits}. ${dots.filter(({ value }) => value > 0).length} of ${dots.length} pictures above 0.`,
      rows: [{ model: "difference", label: `Δ ${name}`, digits, dots, mean: gain.mean, bar: interval }],
      domain: roundDomain([...reach, -least, least]),
      zero: { left: better[0]!, right: better[1]! },
    },
  )}<p class="note">${dots.filter(({ value }) => value > 0).length} of ${counted(dots.length, "picture")} above 0.</p></figure>`;
};
