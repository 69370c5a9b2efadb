import type { GainRow } from "@segdistill/core";
import { markup, type Markup } from "./markup.js";
import { metricName, modelName } from "./names.js";
import { notes } from "./notes.js";
import { counted, percent, signed } from "./numbers.js";
import { finding, type Finding } from "./summary.js";
import { table } from "./table.js";

const judgement: Readonly<Record<Finding, Markup>> = {
  gain: markup`<span class="gain">better</span>`,
  loss: markup`<span class="loss">worse</span>`,
  "not shown": markup`<span class="soft">no difference shown</span>`,
  unknown: markup`<span class="soft">not known</span>`,
};

/** Gains on one test set with their intervals, pictures, groups and what they show. Source: our choice. */
export const gainsTable = (gains: readonly GainRow[]): Markup => {
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
