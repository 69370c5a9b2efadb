import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { unmeasured } from "./contest.mjs";
import { short } from "./numbers.mjs";
import { stop } from "./stop.mjs";

const names = {
  fanet: "FANet",
  "u-net": "U-Net",
  "mobile-u-net": "Mobile U-Net",
  enet: "ENet",
  erfnet: "ERFNet",
  transunet: "TransUNet",
  distillation: "U-Net → Mobile U-Net",
};
const works = { train: "training step", predict: "prediction", distil: "distillation step" };
const cut = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));

/** Rows of `bench -- all` as a table in Markdown, with what it was measured on and what could not run. */
export function markdown(rows, { machine, batch, size }) {
  const head = [
    "network",
    "work",
    "precision",
    "ours, ms",
    "eager, ms",
    "compile, ms",
    "ratio",
    "rounds",
    "aim",
    "met",
    "memory, MB",
    "its ratio",
    "first step, s",
    "tfjs, ms",
  ];
  const cells = ({ net, mode, precision, one }) => {
    const { pytorch = {}, memory = {} } = one;
    return [
      `${names[net]}${net === "transunet" && mode === "train" ? " (small)" : ""}`,
      works[mode],
      short[precision],
      cut(one.ours_ms, 0),
      cut(pytorch.eager?.ms, 0),
      cut(pytorch.compile?.ms, 0),
      cut(one.ratio),
      one.spread ? one.spread.map((ratio) => cut(ratio)).join("…") : "–",
      cut(one.aim),
      one.met === undefined || one.met === null ? "–" : one.met ? "yes" : "no",
      memory.ours_mb ? `${memory.ours_mb} / ${memory.pytorch_mb ?? "–"}` : "–",
      cut(memory.ratio),
      one.first_s ? `${cut(one.first_s, 1)} / ${cut(pytorch.eager?.first_s, 1)} / ${cut(pytorch.compile?.first_s, 1)}` : "–",
      cut(one.tfjs?.ms, 0),
    ];
  };
  const name = ({ net, mode, precision }) => `${names[net]} (${works[mode]}, ${short[precision]})`;
  const measured = rows.flatMap(({ one }) => (one.rounds ? [one] : []));
  const between = (all) => (Math.min(...all) === Math.max(...all) ? `${Math.max(...all)}` : `${Math.min(...all)} to ${Math.max(...all)}`);
  const loads = measured.flatMap(({ load }) => load ?? []);
  const notes = reasons(rows, name).map((line) => `- ${line}.`);
  return [
    [
      `${machine.processor}, ${machine.threads} threads, ${batch} pictures of ${size} × ${size} × 1, 2 classes`,
      ...(measured.length > 0 ? [`rounds: ${between(measured.map((one) => one.rounds))}`] : []),
      // of each row's own bench: a file of results is filled by several
      loads.length === 0
        ? "load not kept"
        : `load when ${loads.length === measured.length ? "" : "some of "}their benches began: ${between(loads)}`,
    ].join("; ") + ".",
    "",
    ...tableOf(head, rows.filter(({ one }) => one.why !== unmeasured).map(cells), 3),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ];
}

/** Why rows have no ratio, one a line; those that were not measured yet in one. */
export function reasons(rows, name) {
  const failed = rows.filter(({ one }) => one.why && one.why !== unmeasured).map((row) => `${name(row)}: ${row.one.why}`);
  const missing = rows.filter(({ one }) => one.why === unmeasured).map(name);
  return [...failed, ...(missing.length > 0 ? [`${unmeasured}: ${missing.join(", ")}`] : [])];
}

/** Rows of words as a table in Markdown, its first `left` columns left-aligned and the others right-aligned. */
export const tableOf = (head, rows, left = 1) =>
  [head, head.map((_, i) => (i < left ? "---" : "--:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`);

/** Puts lines between `<!-- name -->` and `<!-- end of name -->` of a file, which is then formatted as `npm test` wants it. */
export async function writeBetween(file, name, lines) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const text = readFileSync(file, "utf8");
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start)
    throw stop(
      `[bench] --markdown ${file}: expected the lines "${open}" and "${close}", found ${start < 0 ? "no first" : "no second"} one.`,
      2,
    );
  const page = `${text.slice(0, start + open.length)}\n\n${lines.join("\n")}\n\n${text.slice(end)}`;
  writeFileSync(file, await format(page, { ...(await resolveConfig(file)), parser: "markdown" }));
}
