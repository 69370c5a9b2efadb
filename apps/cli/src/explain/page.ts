import { markup, policy, style, type Markup } from "@segdistill/report";
import { stringify } from "yaml";
import { bytes } from "../terminal/bytes.js";
import { duration } from "../terminal/duration.js";
import { diagram, diagramStyle } from "./diagram.js";
import type { ExplainedStage, Explanation } from "./explanation.js";
import { besides, budget, cost, count, course, notProbed, role } from "./words.js";

const table = (heads: readonly string[], rows: readonly (readonly (string | Markup)[])[]): Markup =>
  markup`<div class="scroll"><table><thead><tr>${heads.map((head) => markup`<th class="text" scope="col">${head}</th>`)}</tr></thead><tbody>${rows.map(
    ([first, ...cells]) =>
      markup`<tr><th scope="row">${first ?? ""}</th>${cells.map((cell) => markup`<td class="text">${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;

const section = (stage: ExplainedStage, index: number): Markup => {
  const taps = stage.nets.flatMap((net) => net.taps.map((tap) => ({ net, tap })));
  const read = taps.filter(({ tap }) => tap.readBy.length > 0);
  const tapTable = (of: typeof taps): Markup =>
    table(
      ["tap", "of", "shape", "read by"],
      of.map(({ net, tap }) => [tap.name, net.role, `[${tap.shape.join(", ")}]`, tap.readBy.join(", ") || "nobody"]),
    );
  const others = [
    ...stage.trains.map((m) => [m.name, "module of a method", `trained, ${count(m.parameters)} parameters`]),
    ...stage.adversaries.map((a) => [
      a.name,
      "opponent",
      `${a.steps} of its steps for one of the student, ${count(a.parameters)} parameters`,
    ]),
    ...stage.collect.map((c) => [c.name, "mean over the data", c.when === "start" ? "before the first step" : "before every epoch"]),
    ...stage.gates.map((g) => [
      g.name,
      "gate",
      g.otherwise === "stop" ? "stops the run where it is not passed" : "warns where it is not passed",
    ]),
  ];
  return markup`<section id="stage-${index}"><h2>${index + 1}. ${stage.name}</h2><p class="soft">${budget(stage)}${stage.after.length > 0 ? `, after ${stage.after.join(", ")}` : null}${stage.probe ? `; ${cost(stage)}` : null}</p>
${table(
  ["network", "is", "parameters", ""],
  stage.nets.map((net) => [net.role, net.network, count(net.parameters), role(net)]),
)}
${table(
  ["term", "weight at 0, 25, 50, 75, 100 %"],
  stage.terms.map(({ name, weight }) => [name, course(weight)]),
)}
${others.length > 0 ? table(["also", "is", ""], others) : null}
<dl><dt>rate</dt><dd>${course(stage.rate)}</dd><dt>optimiser</dt><dd>${stringify(stage.optimiser, { collectionStyle: "flow" }).replace(/\s+/g, " ")}</dd>${besides(stage).map((line) => markup`<dt>also</dt><dd>${line}</dd>`)}</dl>
${read.length > 0 ? tapTable(read) : null}<details><summary>All ${taps.length} taps</summary>${tapTable(taps)}</details></section>`;
};

/** The explanation as one page: the diagram, then every stage in its order, then the configuration with every default. Loads nothing, runs no script. */
export const page = (of: Explanation, configuration: unknown): string => {
  const [batch, height, width, channels] = of.data.batch;
  const key = (fill: string, text: string): Markup => markup`<span><span class="key" style="${fill}"></span>${text}</span>`;
  const estimate =
    of.totalSeconds === null || of.peakBytes === null
      ? notProbed(of)
      : `Training takes about ${duration(of.totalSeconds)} and ${bytes(of.peakBytes)} of memory on the machine that this page was made on, by two real steps of every stage; measuring comes on top.`;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${{ html: policy }}"><meta name="generator" content="SegDistill"><link rel="icon" href="data:,">
<title>${of.name}: explained</title><style>${{ html: `${style}\n${diagramStyle}` }}</style></head>
<body><a class="skip" href="#stages">To the stages</a>
<header><h1>${of.name} <span class="soft">· what this configuration does · seed ${of.seed} · ${of.precision}</span></h1></header>
<main><section id="stages" aria-label="Stages"><p class="headline">${of.stages.length} stages, ${of.steps} steps${of.totalSeconds === null ? null : `, about ${duration(of.totalSeconds)}`}</p>
<p>${of.data.cases} training pictures; batches of ${batch} patches of ${height} × ${width} × ${channels}, ${of.data.batchesPerEpoch} an epoch. ${estimate}</p>
<div class="scroll">${diagram(of)}</div>
<p class="legend">${key("background:var(--accent)", "trained in this stage")}${key("border:1.5px solid var(--soft)", "frozen")}${of.stages.some((s) => s.adversaries.length > 0) ? key("background:var(--bad)", "opponent") : null}<span>× weight at the end; the line shows how it goes</span></p></section>
${of.stages.map(section)}
<section id="configuration"><h2>Configuration</h2><details><summary>As resolved, with every default</summary><pre>${stringify(configuration)}</pre></details></section></main>
<footer><p>Made by segdistill explain. Nothing was trained for this page.</p></footer></body></html>
`.html;
};
