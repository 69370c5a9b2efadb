import type { Results } from "@segdistill/core";
import { casesTable } from "./cases-table.js";
import { domainPlots } from "./domain-plots.js";
import { gainsTable } from "./gains-table.js";
import { markup, type Markup } from "./markup.js";
import type { MeasuredModel } from "./measured-model.js";
import { trainingCost } from "./training-cost.js";
import { inOrder } from "./names.js";
import { counted } from "./numbers.js";
import { scoresTable } from "./scores-table.js";

/** One test set: scores of every model, gains with intervals, a dot for every picture, every picture's numbers. `index` makes ids unique. Source: our choice. */
export const domainSection = (results: Results, domain: string, metric: string | null, index: number): Markup => {
  const data = results.data[domain];
  const measured = inOrder(Object.keys(results.models)).flatMap((model): readonly MeasuredModel[] => {
    const scores = results.models[model]!.domains[domain];
    return scores ? [{ model, scores }] : [];
  });
  const gains = results.gains.filter((row) => row.domain === domain);
  return markup`<section id="domain-${index}"><h2>${domain}${data?.unseen ? markup` <span class="badge">unseen</span>` : null}</h2>
<p>${data ? `${counted(data.cases, "picture")} of ${counted(data.groups, "group")}. ` : null}${data?.unseen ? "Marked as unseen: no picture of it was used to train in this run. " : null}</p>
${scoresTable(measured)}${gainsTable(gains, trainingCost(results))}${metric === null ? null : domainPlots(results, measured, gains, domain, metric, index)}${casesTable(measured, metric)}</section>`;
};
