import { readFileSync, writeFileSync } from "node:fs";
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
  const line = (cells) => `| ${cells.join(" | ")} |`;
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
  const notes = reasons(rows, name).map((line) => `- ${line}.`);
  return [
    `${machine.processor}, ${machine.threads} threads, ${batch} pictures of ${size} × ${size} × 1, 2 classes; load ${machine.load} when the bench began.`,
    "",
    line(head),
    line(head.map((_, i) => (i < 3 ? "---" : "--:"))),
    ...rows.filter(({ one }) => one.why !== unmeasured).map((row) => line(cells(row))),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ];
}

/** Why rows have no ratio, one a line; those that were not measured yet in one. */
export function reasons(rows, name) {
  const failed = rows.filter(({ one }) => one.why && one.why !== unmeasured).map((row) => `${name(row)}: ${row.one.why}`);
  const missing = rows.filter(({ one }) => one.why === unmeasured).map(name);
  return [...failed, ...(missing.length > 0 ? [`${unmeasured}: ${missing.join(", ")}`] : [])];
}

/** Puts lines between `<!-- name -->` and `<!-- end of name -->` of a file. */
export function writeBetween(file, name, lines) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const text = readFileSync(file, "utf8");
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start)
    throw stop(
      `[bench] --markdown ${file}: expected the lines "${open}" and "${close}", found ${start < 0 ? "no first" : "no second"} one.`,
      2,
    );
  writeFileSync(file, `${text.slice(0, start + open.length)}\n\n${lines.join("\n")}\n\n${text.slice(end)}`);
}
