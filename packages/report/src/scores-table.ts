import type { Scores } from "@segdistill/core";
import { markup, type Markup, type Piece } from "./markup.js";
import { numberOf, type MeasuredModel } from "./measured-model.js";
import { metricsOf } from "./metrics-of.js";
import { metricName, modelName } from "./names.js";
import { notes, type Notes } from "./notes.js";
import { score } from "./numbers.js";
import { table } from "./table.js";

/** Every model by every metric: means over pictures, and pooled; what is null with its reason below. Source: our choice. */
export const scoresTable = (measured: readonly MeasuredModel[]): Markup => {
  const metrics = [...new Set(measured.flatMap(({ scores }) => metricsOf(scores.mean)))];
  const note = notes();
  const head = ["Model", ...metrics.map(metricName)];
  const rows = (of: (one: MeasuredModel, metric: string) => Piece) =>
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
