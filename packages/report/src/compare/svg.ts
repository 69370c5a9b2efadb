import { scaleLinear } from "d3-scale";
import { at, horizontalAxis, type Scale } from "../axis.js";
import { roundDomain } from "../dot-plot.js";
import { markup, type Markup } from "../markup.js";
import { metricName } from "../names.js";
import { counted, percent } from "../numbers.js";
import { light } from "../palette.js";
import type { ComparedDomain, Comparison } from "./comparison.js";
import { drawnOf, reachOf, sidesOf, type DrawnDifference } from "./drawn.js";

const edge = 12;
const plotWidth = 380;
const digitsWidth = 190;
const rowHeight = 26;
const line = 17;
/** Pixels a character takes in the widest of the fonts. */
const character = 7;

const style = markup`text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:${light("soft")};font-variant-numeric:tabular-nums}.label{fill:${light("ink")}}.head{fill:${light("ink")};font-weight:600;font-size:13px}.axis path{stroke:${light("rule")};fill:none}.zero{stroke:${light("ink")};stroke-width:1.2;stroke-dasharray:3 3}.bar{stroke:${light("accent")};stroke-width:2.4}.mean{fill:${light("accent")}}`;

/**
 * The differences of a comparison with their intervals as an SVG that needs nothing beside it: a panel for every test set, all on one axis, a line for every run, its figures in digits beside
 * it. For a paper or a page; what is compared and how stands below. Text from outside is escaped. Source: our choice.
 */
export const svg = (comparison: Comparison): string => {
  const { metric, level, against, domains } = comparison;
  const panels = domains.map((domain) => ({ domain, drawn: drawnOf(domain) })).filter(({ drawn }) => drawn.length > 0);
  const labels = panels.flatMap(({ drawn }) => drawn.map(({ label }) => label.length));
  const left = edge + character * Math.max(12, ...labels) + 10;
  const width = left + plotWidth + digitsWidth + edge;
  const scale = scaleLinear(roundDomain(reachOf(comparison)), [left, left + plotWidth]);
  const heights = panels.map(({ drawn }) => 48 + drawn.length * rowHeight + 26);
  const tops = heights.map((_, i) => 36 + heights.slice(0, i).reduce((sum, height) => sum + height, 0));
  const below = 36 + heights.reduce((sum, height) => sum + height, 0) + line;
  const seeds = [...new Set(comparison.runs.map((run) => run.seeds.length))];
  const notes = [
    panels.length === 0
      ? "Nothing is compared."
      : `Dot: mean. Line: its ${percent(level)} interval. Where that includes 0, no difference is found.`,
    ...(seeds.length === 1 ? [`${counted(seeds[0]!, "seed")} of every run.`] : []),
  ];
  const title = `${metricName(metric)}: difference to the ${against}`;
  const words = panels.flatMap(({ domain, drawn }) => drawn.map(({ label, digits }) => `${domain.domain}, ${label}: ${digits}.`)).join(" ");
  const height = below + notes.length * line;
  return `${
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="compare-t compare-d"><title id="compare-t">${title}</title><desc id="compare-d">${words}</desc>
<style>${style}</style><rect width="${width}" height="${height}" fill="${light("paper")}"/><text class="head" x="${edge}" y="24">${title}</text>
${panels.map(({ domain, drawn }, i) => panel(domain, drawn, scale, tops[i]!, sidesOf(metric)))}
${notes.map((note, i) => markup`<text x="${edge}" y="${below + i * line}">${note}</text>`)}</svg>`.html
  }\n`;
};

function panel(
  { domain, unseen, cases, groups }: ComparedDomain,
  drawn: readonly DrawnDifference[],
  scale: Scale,
  top: number,
  [left, right]: readonly [string, string],
): Markup {
  const [first, bottom] = [top + 48, top + 48 + drawn.length * rowHeight];
  const zero = at(scale(0));
  const rows = drawn.map(({ label, mean, bar, digits }, i) => {
    const y = first + (i + 0.5) * rowHeight;
    return markup`<g><text class="label" x="${edge}" y="${y + 4}">${label}</text>${bar && markup`<path class="bar" d="M${at(scale(bar[0]))} ${y}H${at(scale(bar[1]))}"/>`}<circle class="mean" cx="${at(scale(mean))}" cy="${y}" r="4"/><text x="${scale.range()[1]! + digitsWidth}" y="${y + 4}" text-anchor="end">${digits}</text></g>`;
  });
  return markup`<g><text x="${edge}" y="${top + 18}"><tspan class="head">${domain}</tspan>${unseen ? ", never seen" : ""}: ${counted(cases, "picture")} of ${counted(groups, "group")}</text>${horizontalAxis(scale, scale.ticks(6), first, bottom)}
<path class="zero" d="M${zero} ${first - 16}V${bottom}"/><text x="${scale(0) - 6}" y="${first - 6}" text-anchor="end">← ${left}</text><text x="${scale(0) + 6}" y="${first - 6}">${right} →</text>
${rows}</g>`;
}
