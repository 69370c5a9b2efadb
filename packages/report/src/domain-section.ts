import type { DomainScores, GainRow, Results, Scores } from "@segdistill/core";
import { dotPlot, roundDomain, type DotRow } from "./dot-plot.js";
import { markup, type Markup, type Piece } from "./markup.js";
import { inOrder, lowerIsBetter, metricName, modelName } from "./names.js";
import { notes, type Notes } from "./notes.js";
import { counted, percent, score, signed } from "./numbers.js";

import { finding, type Finding } from "./summary.js";
import { table } from "./table.js";

interface Measured {
  readonly model: string;
  readonly scores: DomainScores;
}

const judgement: Readonly<Record<Finding, Markup>> = {
  gain: markup`<span class="gain">better</span>`,
  loss: markup`<span class="loss">worse</span>`,
  "not shown": markup`<span class="soft">no difference shown</span>`,
  unknown: markup`<span class="soft">not known</span>`,
};

/** One test set: scores of every model, gains with intervals, a dot for every picture, every picture's numbers. `index` makes ids unique. Source: our choice. */
export const domainSection = (results: Results, domain: string, metric: string | null, index: number): Markup => {
  const data = results.data[domain];
  const measured = inOrder(Object.keys(results.models)).flatMap((model): readonly Measured[] => {
    const scores = results.models[model]!.domains[domain];
    return scores ? [{ model, scores }] : [];
  });
  const gains = results.gains.filter((row) => row.domain === domain);
  return markup`<section id="domain-${index}"><h2>${domain}${data?.unseen ? markup` <span class="badge">unseen</span>` : null}</h2>
<p>${data ? `${counted(data.cases, "picture")} of ${counted(data.groups, "group")}. ` : null}${data?.unseen ? "No model has seen a picture of this set in training. " : null}A group is a patient, or the nearest thing known.</p>
${scoresTable(measured)}${gainsTable(gains)}${metric === null ? null : plots(results, measured, gains, domain, metric, index)}${casesTable(measured, metric)}</section>`;
};

const metricsOf = (measured: readonly Measured[]): readonly string[] => [
  ...new Set(measured.flatMap(({ scores }) => Object.keys(scores.mean).filter((name) => name !== "reasons" && name !== "notes"))),
];

const numberOf = (scores: Scores | undefined, metric: string): number | null => {
  const value = scores?.[metric];
  return typeof value === "number" ? value : null;
};

const cell = (scores: Scores, metric: string, note: Notes, sd?: Scores): Piece => {
  const value = numberOf(scores, metric);
  const about = value === null ? (scores.reasons?.[metric] ?? "not measured") : scores.notes?.[metric];
  const spread = numberOf(sd, metric);
  return [
    value === null ? "–" : score(value),
    spread === null ? null : markup`<span class="sd"> ± ${score(spread)}</span>`,
    about === undefined ? null : note.mark(about),
  ];
};

const scoresTable = (measured: readonly Measured[]): Markup => {
  const metrics = metricsOf(measured);
  const note = notes();
  const head = ["Model", ...metrics.map(metricName)];
  const rows = (of: (one: Measured, metric: string) => Piece) =>
    measured.map((one) => ({ kind: one.model, cells: [modelName(one.model), ...metrics.map((metric) => of(one, metric))] }));
  const perPicture = table({
    caption: "Mean over pictures ± standard deviation between them.",
    head,
    rows: rows(({ scores }, metric) => cell(scores.mean, metric, note, scores.sd)),
  });
  const pooledNote = notes();
  const pooled = table({
    caption: "All pixels of all pictures as if of one picture.",
    head,
    rows: rows(({ scores }, metric) => cell(scores.pooled, metric, pooledNote)),
  });
  return markup`${perPicture}${note.list()}<details><summary>Pooled over all pixels</summary>${pooled}${pooledNote.list()}</details>`;
};

const gainsTable = (gains: readonly GainRow[]): Markup => {
  if (gains.length === 0) return markup`<p>There is nothing to compare with: no baseline was measured on this set.</p>`;
  const note = notes();
  const rows = gains.map((row) => ({
    cells: [
      metricName(row.metric),
      row.mean === null ? "–" : signed(row.mean),
      row.low === null || row.high === null
        ? ["–", note.mark(row.reason ?? "no reason was given")]
        : `${signed(row.low)} to ${signed(row.high)}`,
      [
        row.n,
        row.nulls === undefined || row.nulls === 0
          ? null
          : note.mark(`${counted(row.nulls, "picture")} left out: without a value on one of the two sides`),
      ],
      row.groups ?? "–",
      judgement[finding(row)],
    ],
  }));
  const { level, method, model, against } = gains[0]!;
  const caption = `${modelName(model)} minus ${modelName(against).toLowerCase()}, mean over pictures, with ${percent(level)} interval (${method}). An interval that includes 0 shows no difference.`;
  const head = ["Metric", "Difference", `${percent(level)} interval`, "Pictures", "Groups", "The distilled student is"];
  return markup`${table({ caption, head, rows, words: [5] })}${note.list()}`;
};

const plots = (
  results: Results,
  measured: readonly Measured[],
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

const dotRow = ({ model, scores }: Measured, metric: string): DotRow => {
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
  measured: readonly Measured[],
  { model, against, metric }: GainRow,
): readonly { readonly id: string; readonly value: number }[] => {
  const cases = (name: string) => measured.find((one) => one.model === name)?.scores.cases ?? [];
  const other = new Map(cases(against).map((one) => [one.id, one[metric]]));
  return cases(model).flatMap(({ id, [metric]: ours }) => {
    const theirs = other.get(id);
    return typeof ours === "number" && typeof theirs === "number" ? [{ id, value: ours - theirs }] : [];
  });
};

const differencePlot = (results: Results, measured: readonly Measured[], gain: GainRow, index: number): Markup => {
  const name = metricName(gain.metric);
  const dots = differences(measured, gain).map(({ id, value }) => ({ value, title: `${id}: ${signed(value)}` }));
  const same = results.gains.filter((row) => row.metric === gain.metric);
  const reach = same.flatMap((row) => {
    const models = Object.entries(results.models).flatMap(([model, { domains }]): readonly Measured[] =>
      domains[row.domain] ? [{ model, scores: domains[row.domain]! }] : [],
    );
    return [...differences(models, row).map(({ value }) => value), row.low ?? 0, row.high ?? 0];
  });
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
      domain: roundDomain([0, ...reach]),
      zero: { left: better[0]!, right: better[1]! },
    },
  )}<p class="note">${dots.filter(({ value }) => value > 0).length} of ${counted(dots.length, "picture")} above 0.</p></figure>`;
};

const casesTable = (measured: readonly Measured[], metric: string | null): Markup | null => {
  if (metric === null || measured.length === 0) return null;
  const note = notes();
  const ids = new Map(measured.flatMap(({ scores }) => scores.cases.map(({ id, group }) => [id, group] as const)));
  const rows = [...ids].map(([id, group]) => ({
    cells: [
      id,
      group,
      ...measured.map(({ scores }): Piece => {
        const found = scores.cases.find((one) => one.id === id);
        const value = found?.[metric];
        return typeof value === "number" ? score(value) : ["–", note.mark(found?.reasons?.[metric] ?? "not measured")];
      }),
    ],
  }));
  const head = ["Picture", "Group", ...measured.map(({ model }) => modelName(model))];
  return markup`<details><summary>${metricName(metric)} of every picture as a table</summary>${table({ caption: `${metricName(metric)} of every picture.`, head, rows, words: [1] })}${note.list()}</details>`;
};
