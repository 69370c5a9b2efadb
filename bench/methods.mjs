import { join } from "node:path";
import { cacheFolder } from "@segdistill/backend/library";
import { alternating, compared, contestants, nothing, unmeasured } from "./contest.mjs";
import { allThreads, machine, machineLine, noBfloat16 } from "./machine.mjs";
import { reasons, tableOf, writeBetween } from "./markdown.mjs";
import { methodNames } from "./method-names.mjs";
import { distillation } from "./networks.mjs";
import { rounded, short, table } from "./numbers.mjs";
import { findPython } from "./python.mjs";
import { openResults } from "./results.mjs";

/** What is aimed at: ours / PyTorch's faster mode; the variation graph's share of the step; a step with an opponent over the same without. */
const aims = { ratio: 0.8, graph: 0.05, adversarial: 1.6 };
/** What one process may spend on steps that count: more than in `all`, since torch.compile compiles in its second step too where there is an opponent. */
const mostSeconds = 120;
/** Pairs of methods whose quotient is what a part costs: with the part, without it. */
const opponents = {
  "Graph Flow, R1": ["graph-flow-r1", "graph-flow-r1-no-adversary"],
  "Graph Flow, R3": ["graph-flow-r3", "graph-flow-r3-no-adversary"],
  LightVessel: ["light-vessel", "light-vessel-features"],
};
const sides = { ours: "ours_ms", pytorch: "pytorch_ms" };
const divided = (a, b, digits = 3) => (typeof a === "number" && typeof b === "number" ? rounded(a / b, digits) : null);

/**
 * What follows from the times of one precision, by method `{ ours_ms, pytorch_ms, … }`: each step as a multiple of the plain one, the shares that the variation graph and
 * its paraphrasers have of the step with the graph alone, and what an opponent multiplies a step by. null where a time is missing.
 */
export function derived(by) {
  const times = Object.fromEntries(
    Object.entries(by).map(([method, one]) => [
      method,
      Object.fromEntries(Object.entries(sides).map(([side, ms]) => [side, divided(one[ms], by.plain?.[ms])])),
    ]),
  );
  const of = (name, side) => by[name]?.[sides[side]] ?? null;
  const share = (more, less, side) => {
    const [a, b, whole] = [of(more, side), of(less, side), of("graph-flow-graph", side)];
    return a === null || b === null || whole === null ? null : rounded((a - b) / whole, 4);
  };
  const onSides = (f) => Object.fromEntries(Object.keys(sides).map((side) => [side, f(side)]));
  return {
    times,
    graph: {
      paraphrasers: onSides((side) => share("paraphrased", "plain", side)),
      graph: onSides((side) => share("graph-flow-graph", "paraphrased", side)),
    },
    opponents: Object.fromEntries(
      Object.entries(opponents).map(([name, [more, less]]) => [name, onSides((side) => divided(of(more, side), of(less, side)))]),
    ),
  };
}

/** A distillation step of every method, ours against PyTorch, and both against the plain step: every process's result kept in a file as it comes. */
export async function bench(options) {
  const { python: named, yes, threads = allThreads(), rounds = 3, steps = 6, batch = 4, size = 256, fresh, markdown: page } = options;
  const { results: file = join(cacheFolder(), "bench-methods.json"), method: only, precision: onlyPrecision = "float32" } = options;
  const now = machine(threads);
  const kept = openResults(file, { processor: now.processor, threads, batch, size });
  const { python, why: noPython } = await findPython({ python: named, yes });
  const cannot = (precision) => (precision === "bfloat16" ? noBfloat16() : undefined);
  const key = (method, precision) => `${method}/${short[precision]}`;
  // nothing can be said of a method without the plain step
  const chosen = Object.keys(methodNames).filter((method) => [only ?? method, "plain"].includes(method));
  console.error(`${chosen.length} methods, kept in ${file}: what is there already is not measured again (--fresh does).`);
  if (!cannot(onlyPrecision))
    for (const method of chosen) {
      const at = key(method, onlyPrecision);
      if (fresh) kept.forget(at);
      const asked = { ...distillation, method, precision: onlyPrecision, threads, batch, size, warmUp: 2, steps, seconds: mostSeconds };
      const all = contestants(python, "method", asked);
      await alternating(all, { title: at, rounds, found: kept.of(at), keep: kept.save, load: now.load });
    }
  // all that the file knows, of earlier runs too
  const outcome = (method, precision) => {
    if (cannot(precision)) return nothing(cannot(precision));
    const found = kept.of(key(method, precision));
    if (!found.ours?.length) return nothing(unmeasured);
    const one = compared(found, noPython);
    const loads = Object.values(found).flatMap((processes) => processes.flatMap(({ load }) => load ?? []));
    const { ours_mb, pytorch_mb } = one.memory;
    return {
      ...one,
      aim: aims.ratio,
      met: one.ratio === null ? null : one.ratio <= aims.ratio,
      memory: { ...one.memory, ratio: divided(ours_mb, pytorch_mb) },
      rounds: found.ours.length,
      load: loads.length > 0 ? Math.max(...loads) : null,
    };
  };
  const rows = Object.keys(short).flatMap((precision) => {
    const by = Object.fromEntries(Object.keys(methodNames).map((method) => [method, outcome(method, precision)]));
    return Object.values(by).every(({ why }) => why === unmeasured) ? [] : [{ precision, by, derived: derived(by) }];
  });
  if (page) await writeBetween(page, "bench methods", markdown(rows, { machine: now, batch, size }));
  const result = Object.fromEntries(rows.map(({ precision, by, derived: more }) => [short[precision], { methods: by, ...more }]));
  return { lines: [...lines(rows), machineLine(now)], result, beside: { machine: now } };
}

const head = [
  ...["method", "precision", "ours, ms", "× plain", "eager, ms", "compile, ms", "× plain", "ratio", "rounds", "aim", "met"],
  ...["memory, MB", "its ratio"],
];
const cut = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const known = (rows) =>
  rows.flatMap(({ precision, by, derived: { times } }) =>
    Object.entries(by).flatMap(([method, one]) => (one.why === unmeasured ? [] : [{ precision, method, one, times: times[method] }])),
  );

const cells = ({ precision, method, one, times }) => [
  methodNames[method],
  short[precision],
  cut(one.ours_ms, 0),
  cut(times.ours),
  cut(one.pytorch?.eager?.ms, 0),
  cut(one.pytorch?.compile?.ms, 0),
  cut(times.pytorch),
  cut(one.ratio),
  one.spread ? one.spread.map((ratio) => cut(ratio)).join("…") : "–",
  // the steps that others are measured by have no aim of their own
  ...(["plain", "paraphrased"].includes(method)
    ? ["–", "–"]
    : [cut(one.aim), one.met === null || one.met === undefined ? "–" : one.met ? "yes" : "no"]),
  one.memory?.ours_mb ? `${one.memory.ours_mb} / ${one.memory.pytorch_mb ?? "–"}` : "–",
  cut(one.memory?.ratio),
];

/** What the parts of Graph Flow and LightVessel cost, a sentence each. */
function costs(rows) {
  const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);
  const both = (of, word) => `ours ${word(of.ours)}, PyTorch ${word(of.pytorch)}`;
  return rows.flatMap(({ precision, derived: { graph, opponents: by } }) => [
    ...(graph.graph.ours === null
      ? []
      : [
          `${short[precision]}: of a step with Graph Flow's graph alone the graph takes ${both(graph.graph, percent)} (aim: ours below ${percent(aims.graph)}), the paraphrasers before it ${both(graph.paraphrasers, percent)}`,
        ]),
    ...Object.entries(by)
      .filter(([, { ours }]) => ours !== null)
      .map(
        ([name, of]) =>
          `${short[precision]}: ${name} with its discriminator (WGAN-GP) over the same without: ${both(of, cut)} (aim: ours below ${cut(aims.adversarial)})`,
      ),
  ]);
}

const why = (rows) =>
  reasons(
    rows.flatMap(({ precision, by }) => Object.entries(by).map(([method, one]) => ({ precision, method, one }))),
    ({ precision, method }) => `${methodNames[method]} (${short[precision]})`,
  );

const lines = (rows) => [...table([head, ...known(rows).map(cells)]), ...costs(rows), ...why(rows)];

/** The table of all that was measured in Markdown, with what it was measured on and what parts cost. */
export function markdown(rows, { machine: on, batch, size }) {
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
    ...tableOf(head, known(rows).map(cells), 2),
    "",
    ...[...costs(rows), ...why(rows)].map((line) => `- ${line}.`),
  ];
}
