import { markup, type Markup, type Piece } from "./markup.js";
import type { MeasuredModel } from "./measured-model.js";
import { metricName, modelName } from "./names.js";
import { notes } from "./notes.js";
import { score } from "./numbers.js";
import { table } from "./table.js";

/** One metric of every picture by every model, folded away: the plot in digits, for whoever cannot see it or wants to copy it. Source: our choice. */
export const casesTable = (measured: readonly MeasuredModel[], metric: string | null): Markup | null => {
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
