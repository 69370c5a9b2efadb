import { curvesSection } from "./curves-section.js";
import { domainSection } from "./domain-section.js";
import { fixedSeeds } from "./fixed-seeds.js";
import { markup, type Markup } from "./markup.js";
import { modelsSection } from "./models-section.js";
import { overlaySection } from "./overlay-section.js";
import type { ReportInput } from "./report-input.js";
import { policy } from "./policy.js";
import { runSection } from "./run-section.js";
import { unequalSteps } from "./stage-cautions.js";
import { style } from "./style.js";
import { headGains, summarise } from "./summary.js";

/**
 * report.html of a run: one self-contained page, readable without script, light and dark, on a phone and on paper.
 *
 * Differences are taken against the baseline only, always with their interval; where that includes 0 no difference is found, and the word gain is not used.
 * Pure: the same input, the same text. Throws report-picture, report-mask-size, report-mask-length. Source: our choice.
 *
 * @example
 * await writeFile("report.html", report({ results, curves: curvesOf(events), shown: {}, configuration }));
 */
export const report = (input: ReportInput): string => {
  const { results, seeds = results.seeds ?? [results.seed] } = input;
  const { headline, domains: sentences, training, caution, cost, metric } = summarise(results, seeds);
  const domains = Object.keys(results.data);
  const apart = fixedSeeds(headGains(results, metric)); // the terminal shows no p, so it is no caution of the summary
  const pictures = overlaySection(input, metric);
  const curves = curvesSection(input);
  const links: readonly (readonly [string, string])[] = [
    ["models", "Models"],
    ...domains.map((domain, i) => [`domain-${i}`, domain] as const),
    ...(pictures ? [["pictures", "Pictures"] as const] : []),
    ...(curves ? [["curves", "Training"] as const] : []),
    ["run", "Run"],
  ];
  const bullets = (lines: readonly string[]): Markup | null =>
    lines.length === 0 ? null : markup`<ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul>`;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${{ html: policy }}"><meta name="generator" content="SegDistill"><link rel="icon" href="data:,">
<title>${results.name}: distillation report</title><style>${{ html: style }}</style></head>
<body><a class="skip" href="#summary">To the summary</a>
<header><h1>${results.name} <span class="soft">· distillation report · seed ${seeds.join(", ")} · ${results.finished.slice(0, 10)}</span></h1></header>
<main><section id="summary" aria-label="Summary"><p class="headline">${headline}</p>${bullets([...sentences, ...(training.length === 0 ? [] : [training.join(" ")]), ...(cost === null ? [] : [cost])])}
<p class="note">${[...caution, ...(apart === null ? [] : [apart])].join(" ")}${results.models["baseline"] ? ` The baseline is the same small network with the same first values${unequalSteps(results.stages).length === 0 ? ", steps and data" : " and data"}, trained without the teacher.` : null} A group is a patient, or the nearest thing known.</p></section>
<nav aria-label="Contents"><ul>${links.map(([id, name]) => markup`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
${modelsSection(results, metric)}${domains.map((domain, i) => domainSection(results, domain, metric, i))}${pictures}${curves}${runSection(input)}</main>
<footer><p>Made by SegDistill from results.json (schema 1), events.jsonl and the predictions of this run. Not for diagnosis.</p></footer></body></html>
`.html;
};
