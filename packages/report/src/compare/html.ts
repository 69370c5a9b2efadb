import { dotPlot, roundDomain, type DotRow } from "../dot-plot.js";
import { findingCell } from "../gains-table.js";
import { markup, type Markup } from "../markup.js";
import { metricName } from "../names.js";
import { counted, listed, percent } from "../numbers.js";
import { policy } from "../policy.js";
import { style } from "../style.js";
import { table } from "../table.js";
import { captionOf, columnsOf, remarksOf } from "./cells.js";
import type { ComparedDomain, Comparison } from "./comparison.js";
import { drawnOf, reachOf, sidesOf } from "./drawn.js";

/**
 * A comparison as one self-contained page in the style of report.html: for every test set the table, and the differences with their intervals drawn on one axis.
 * Nothing is loaded and no script runs; text from outside is escaped. Source: our choice.
 */
export const html = (comparison: Comparison): string => {
  const { metric, runs, domains } = comparison;
  const title = `${metricName(metric)} of ${runs.length === 1 ? runs[0]!.label : counted(runs.length, "run")}`;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${{ html: policy }}"><meta name="generator" content="SegDistill"><link rel="icon" href="data:,">
<title>${title}: comparison</title><style>${{ html: style }}main,header,footer{max-width:96rem}th,td{padding-right:.7rem}tbody th,td.text{min-width:0;white-space:nowrap}.forest{max-width:40rem}.forest text{paint-order:stroke;stroke:var(--paper);stroke-width:5px}</style></head>
<body><header><h1>${listed(runs.map(({ label }) => label))} <span class="soft">· comparison</span></h1></header>
<main><section id="summary" aria-label="Summary"><p class="headline">${headlineOf(comparison)}</p><ul>${remarksOf(comparison).map((remark) => markup`<li>${remark}</li>`)}</ul></section>
${domains.map((domain, i) => domainSection(comparison, domain, i))}</main>
<footer><p>${captionOf(comparison)}</p><p>Made by SegDistill from results.json (schema 1) of ${counted(runs.length, "run")}. Not for diagnosis.</p></footer></body></html>
`.html;
};

/** How many differences were found, in words; "gain" only where there is one. */
const headlineOf = ({ metric, against, domains }: Comparison): string => {
  const found = domains.flatMap(({ rows }) => rows.flatMap(({ difference }) => (difference ? [difference.finding] : [])));
  const of = (which: (typeof found)[number]): number => found.filter((one) => one === which).length;
  if (found.length === 0) return `Nothing is compared: no run has a ${against.replace(" of the same run", "")}.`;
  const parts = [
    ...(of("gain") > 0 ? [counted(of("gain"), "gain")] : []),
    ...(of("loss") > 0 ? [`${of("loss")} worse`] : []),
    ...(of("no difference") > 0 ? [`no difference found in ${of("no difference")}`] : []),
    ...(of("unknown") > 0 ? [`${of("unknown")} not known`] : []),
  ];
  return `${metricName(metric)} against the ${against}, ${counted(found.length, "comparison")}: ${listed(parts)}.`;
};

const domainSection = (comparison: Comparison, domain: ComparedDomain, index: number): Markup => {
  const columns = columnsOf(comparison).slice(1);
  const rows = domain.rows.map((row) => ({
    kind: row.model,
    cells: columns.map(({ head, cell }) =>
      head === "Finding" && row.difference ? findingCell(row.difference.finding) : cell(row, domain),
    ),
  }));
  const words = columns.flatMap(({ words: set }, i) => (set && i > 0 ? [i] : []));
  const caption = `${metricName(comparison.metric)} on ${domain.domain}: ${counted(domain.cases, "picture")} of ${counted(domain.groups, "group")}. What the columns mean stands at the end of the page.`;
  return markup`<section id="domain-${index}"><h2>${domain.domain}${domain.unseen ? markup` <span class="badge">unseen</span>` : null}</h2>
${table({ caption, head: columns.map(({ head }) => head), rows, words })}${forest(comparison, domain, index)}</section>`;
};

/** Differences of one test set with their intervals; the axis is that of all test sets. */
const forest = (comparison: Comparison, domain: ComparedDomain, index: number): Markup | null => {
  const { metric, level, against } = comparison;
  const drawn = drawnOf(domain);
  if (drawn.length === 0) return null;
  const lines = drawn.map((one): DotRow => ({ ...one, model: "difference", dots: [] }));
  const [left, right] = sidesOf(metric);
  return markup`<figure class="forest"><figcaption><b>Difference to the ${against}</b><br>Line: mean. Band: its ${percent(level)} interval.</figcaption>${dotPlot(
    {
      id: `forest-${index}`,
      title: `Differences of ${metricName(metric)} on ${domain.domain} to the ${against}`,
      description: lines.map(({ label, digits }) => `${label}: ${digits}.`).join(" "),
      rows: lines,
      domain: roundDomain(reachOf(comparison)),
      zero: { left, right },
    },
  )}</figure>`;
};
