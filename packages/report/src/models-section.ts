import { markup, type Markup, type Piece } from "./markup.js";
import { inOrder, metricName, modelMeaning, modelName } from "./names.js";
import { notes } from "./notes.js";
import { count, duration, score } from "./numbers.js";
import type { Results } from "@segdistill/core";
import { table } from "./table.js";

/** All models side by side: size, cost, time, and the first metric on every test set. Source: our choice. */
export const modelsSection = (results: Results, metric: string | null): Markup => {
  const domains = metric === null ? [] : Object.keys(results.data);
  const note = notes();
  const rows = inOrder(Object.keys(results.models)).map((name) => {
    const model = results.models[name]!;
    const known = (key: "parameters" | "macs" | "trainSeconds", shown: (value: number) => string): Piece => {
      const value = model[key];
      return value === null ? ["–", note.mark(model.reasons?.[key] ?? "no reason was given")] : shown(value);
    };
    const means = domains.map((domain): Piece => {
      const value = model.domains[domain]?.mean[metric!];
      return typeof value === "number" ? score(value) : ["–", note.mark(model.domains[domain]?.mean.reasons?.[metric!] ?? "not measured")];
    });
    const meaning = modelMeaning(name);
    return {
      kind: name,
      cells: [
        [modelName(name), meaning === null ? null : markup`<br><span class="note">${meaning}</span>`],
        ...means,
        known("parameters", count),
        known("macs", count),
        known("trainSeconds", duration),
      ],
    };
  });
  const sizes = new Set(Object.values(results.models).flatMap(({ macsInput }) => (macsInput ? [macsInput.join(" × ")] : [])));
  const caption = `${metric === null ? "" : `${metricName(metric)}: mean over pictures. `}MACs: multiply-accumulates for one picture${sizes.size === 0 ? "" : ` of ${[...sizes].join(" or ")}`}.`;
  const head = [
    "Model",
    ...domains.map((domain) => `${metricName(metric!)}, ${domain}${results.data[domain]!.unseen ? " (unseen)" : ""}`),
    "Parameters",
    "MACs",
    "Training",
  ];
  return markup`<section id="models"><h2>Models</h2>${table({ caption, head, rows })}${note.list()}</section>`;
};
