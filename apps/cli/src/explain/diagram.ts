import { markup, type Markup } from "@segdistill/report";
import type { Course, ExplainedStage, Explanation } from "./explanation.js";
import { budget, count, short } from "./words.js";

const box = { width: 296, gap: 64, between: 26, pad: 14, line: 20 };

interface Placed {
  readonly stage: ExplainedStage;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

const heightOf = ({ nets, trains, adversaries, terms, gates }: ExplainedStage): number =>
  2 * box.pad + 26 + box.line * (nets.length + trains.length + adversaries.length + terms.length + gates.length);

/** Every stage right of those that it needs; those of one column below each other. */
const placed = (stages: readonly ExplainedStage[]): readonly Placed[] => {
  const columns = new Map<string, number>();
  const bottoms: number[] = [];
  return stages.map((stage) => {
    const column = Math.max(-1, ...stage.after.map((name) => columns.get(name) ?? -1)) + 1;
    columns.set(stage.name, column);
    const y = bottoms[column] ?? 1;
    const height = heightOf(stage);
    bottoms[column] = y + height + box.between;
    return { stage, x: 1 + column * (box.width + box.gap), y, height };
  });
};

/** How a number goes, as a line of 60 × 12 pixels above 0. */
const spark = ({ values, constant }: Course, x: number, y: number): Markup | null => {
  if (constant) return null;
  const top = Math.max(...values, 1e-30);
  const points = values.map((v, i) => `${(x + (60 * i) / (values.length - 1)).toFixed(1)},${(y - 12 * Math.max(0, v / top)).toFixed(1)}`);
  return markup`<polyline class="spark" points="${points.join(" ")}"/>`;
};

const drawn = ({ stage, x, y, height }: Placed, index: number): Markup => {
  let row = y + box.pad + 26;
  const line = (draw: (base: number) => Markup): Markup => {
    row += box.line;
    return draw(row - 5);
  };
  const [left, right] = [x + box.pad, x + box.width - box.pad];
  const entry = (kind: string, label: string, note: string): Markup =>
    line(
      (base) =>
        markup`<rect class="${kind}" x="${left}" y="${base - 10}" width="11" height="11" rx="2"/><text class="entry" x="${left + 18}" y="${base}">${label}</text><text x="${right}" y="${base}" text-anchor="end">${note}</text>`,
    );
  const parts = [
    ...stage.nets.map(({ role, network, mode, parameters }) =>
      entry(
        mode === "trained" ? "trained" : "frozen",
        `${role}: ${network}`,
        `${mode === "trained" ? "" : "frozen, "}${count(parameters)}`,
      ),
    ),
    ...stage.trains.map(({ name, parameters }) => entry("trained", name.slice(stage.name.length + 1), count(parameters))),
    ...stage.adversaries.map(({ name, parameters }) => entry("opponent", name, `opponent, ${count(parameters)}`)),
    ...stage.terms.map(({ name, weight }) =>
      line(
        (base) =>
          markup`<text class="entry" x="${left}" y="${base}"><tspan class="times">+</tspan> ${name}</text>${spark(weight, right - 118, base)}<text x="${right}" y="${base}" text-anchor="end">× ${weight.constant ? short(weight.at[0]) : short(weight.at[4])}</text>`,
      ),
    ),
    ...stage.gates.map(({ name, otherwise }) => entry("gate", name, otherwise === "stop" ? "gate, stops" : "gate, warns")),
  ];
  return markup`<a href="#stage-${index}"><rect class="box" x="${x}" y="${y}" width="${box.width}" height="${height}" rx="8"/><text class="label" x="${left}" y="${y + box.pad + 10}">${index + 1}. ${stage.name}</text><text x="${right}" y="${y + box.pad + 10}" text-anchor="end">${budget(stage)}</text>${parts}</a>`;
};

/** The stages as boxes in the order of training, from left to right, with what each hands on: an SVG that needs nothing around it but its style. */
export const diagram = ({ stages }: Pick<Explanation, "stages">): Markup => {
  const all = placed(stages);
  const width = Math.max(...all.map(({ x }) => x + box.width)) + 1;
  const height = Math.max(...all.map((one) => one.y + one.height)) + 1;
  const arrows = all.flatMap((to) =>
    to.stage.after.flatMap((name) => {
      const from = all.find(({ stage }) => stage.name === name);
      if (!from) return [];
      const [x1, y1, x2, y2] = [from.x + box.width, from.y + 24, to.x - 7, to.y + 24 + 12 * to.stage.after.indexOf(name)];
      const bend = (x2 - x1) / 2;
      return [markup`<path class="arrow" marker-end="url(#head)" d="M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}"/>`];
    }),
  );
  return markup`<svg class="diagram" role="img" aria-label="The stages of this run and what each hands on" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M0,0 L8,4 L0,8 z"/></marker></defs>${arrows}${all.map(drawn)}</svg>`;
};

/** The diagram's part of the page's style sheet. */
export const diagramStyle = `svg.diagram{display:block;max-width:none;height:auto}
.diagram .box{fill:var(--raised);stroke:var(--rule);stroke-width:1.2}.diagram a:hover .box{stroke:var(--accent)}
.diagram .entry{fill:var(--ink)}.diagram .times{fill:var(--soft)}
.trained{fill:var(--accent)}.frozen{fill:none;stroke:var(--soft);stroke-width:1.4}.opponent{fill:var(--bad)}.gate{fill:none;stroke:var(--good);stroke-width:1.6}
.spark{fill:none;stroke:var(--accent);stroke-width:1.5}.arrow{fill:none;stroke:var(--soft);stroke-width:1.4}.head{fill:var(--soft)}
.key{display:inline-block;width:.7rem;height:.7rem;border-radius:2px;margin-right:.35rem;vertical-align:-.05rem}`;
