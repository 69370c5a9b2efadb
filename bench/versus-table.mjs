import { unmeasured } from "./contest.mjs";
import { reasons, tableOf } from "./markdown.mjs";
import { short, table } from "./numbers.mjs";

const head = [
  ...["step", "precision", "ours, ms", "× plain", "eager, ms", "compile, ms", "× plain", "ratio", "rounds", "aim", "met"],
  ...["memory, MB", "its ratio"],
];
/** A number for people, a dash where there is none. */
export const cut = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));
/** Both sides' share, in per cent, or multiple, for people. */
export const both = (of, word = cut) => `ours ${word(of.ours)}, PyTorch ${word(of.pytorch)}`;
export const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);

const known = (rows) =>
  rows.flatMap(({ precision, by, derived: { times } }) =>
    Object.entries(by).flatMap(([name, one]) => (one.why === unmeasured ? [] : [{ precision, name, one, times: times[name] }])),
  );

const cellsOf =
  ({ names, unaimed }) =>
  ({ precision, name, one, times }) => [
    names[name],
    short[precision],
    cut(one.ours_ms, 0),
    cut(times?.ours),
    cut(one.pytorch?.eager?.ms, 0),
    cut(one.pytorch?.compile?.ms, 0),
    cut(times?.pytorch),
    cut(one.ratio),
    one.spread ? one.spread.map((ratio) => cut(ratio)).join("…") : "–",
    // the steps that others are measured by have no aim of their own
    ...(unaimed.includes(name) ? ["–", "–"] : [cut(one.aim), one.met === null || one.met === undefined ? "–" : one.met ? "yes" : "no"]),
    one.memory?.ours_mb ? `${one.memory.ours_mb} / ${one.memory.pytorch_mb ?? "–"}` : "–",
    cut(one.memory?.ratio),
  ];

const costsOf = ({ costs }, rows) => rows.flatMap((row) => costs(row.derived).map((cost) => `${short[row.precision]}: ${cost}`));

const why = ({ names }, rows) =>
  reasons(
    rows.flatMap(({ precision, by }) => Object.entries(by).map(([name, one]) => ({ precision, name, one }))),
    ({ precision, name }) => `${names[name]} (${short[precision]})`,
  );

/** All that was measured, as lines of columns, with what parts cost and what is missing. */
export const lines = (kind, rows) => [...table([head, ...known(rows).map(cellsOf(kind))]), ...costsOf(kind, rows), ...why(kind, rows)];

/** The same in Markdown, with what it was measured on. */
export function markdown(kind, rows, { machine: on, batch, size }) {
  const measured = known(rows).flatMap(({ one }) => (one.rounds ? [one] : []));
  const between = (all) => (Math.min(...all) === Math.max(...all) ? `${Math.max(...all)}` : `${Math.min(...all)} to ${Math.max(...all)}`);
  const loads = measured.flatMap(({ load }) => load ?? []);
  return [
    [
      `${on.processor}, ${on.threads} threads, ${batch} pictures of ${size} × ${size} × 1, 2 classes`,
      ...(measured.length > 0 ? [`rounds: ${between(measured.map((one) => one.rounds))}`] : []),
      loads.length === 0 ? "load not kept" : `load when their benches began: ${between(loads)}`,
    ].join("; ") + ".",
    "",
    ...tableOf(head, known(rows).map(cellsOf(kind)), 2),
    "",
    ...[...costsOf(kind, rows), ...why(kind, rows)].map((line) => `- ${line}.`),
  ];
}
