import { join } from "node:path";
import { cacheFolder } from "@segdistill/backend/library";
import { alternating, compared, contestants, nothing, oursDoes, summary, unmeasured } from "./contest.mjs";
import { allThreads, machine, machineLine, noBfloat16 } from "./machine.mjs";
import { short, rounded, table } from "./numbers.mjs";
import { markdown, reasons, writeBetween } from "./markdown.mjs";
import { distillation, networks } from "./networks.mjs";
import { networkOf } from "./ours/networks.mjs";
import { findPython } from "./python.mjs";
import { openResults } from "./results.mjs";

/** Ratios that are aimed at: ours / PyTorch's faster mode, and our peak memory / its. */
const aims = {
  train: { float32: 0.8, bfloat16: 0.85 },
  predict: { float32: 0.9, bfloat16: 0.9 },
  distil: { float32: 0.75, bfloat16: 0.75 },
  memory: 1,
};
/** What one process may spend on steps that count, and half of it on warming up, seconds. */
const mostSeconds = 30;
/** For the estimate alone: multiply-accumulates a second, what a process takes beside its steps, and torch.compile once with an empty cache. */
const [speed, aside, compiling] = [70e9, 15, 120];

/** Everything that is measured, as { net, mode, precision, key, work, asked }. */
function cells({ net: onlyNet, mode: onlyMode, precision: onlyPrecision }) {
  const all = Object.entries(networks).flatMap(([net, { train, predict }]) => [
    { net, mode: "train", work: "step", asked: { network: train } },
    { net, mode: "predict", work: "predict", asked: { network: predict } },
  ]);
  all.push({ net: "distillation", mode: "distil", work: "step", asked: distillation });
  return all
    .flatMap((one) => Object.keys(short).map((precision) => ({ ...one, precision, key: `${one.net}/${one.mode}/${short[precision]}` })))
    .filter(
      (one) =>
        (onlyNet ?? one.net) === one.net && (onlyMode ?? one.mode) === one.mode && (onlyPrecision ?? one.precision) === one.precision,
    );
}

/** Seconds that a step of a cell may take: three forward passes a training step, one a prediction; unknown networks count as nothing. */
function guess({ mode, asked }, { batch, size }) {
  const macs = (network) => {
    try {
      return networkOf(network).macs(size, size);
    } catch {
      return 0;
    }
  };
  return (batch * (macs(asked.network) * (mode === "predict" ? 1 : 3) + (asked.teacher ? macs(asked.teacher) : 0))) / speed;
}

const minutes = (seconds) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

/** Six networks in training and prediction, and a distillation step: ours against PyTorch, every process's result kept in a file as it comes. */
export async function bench(options) {
  const { python: named, yes, threads = allThreads(), rounds = 3, steps = 6, batch = 4, size = 256, fresh, markdown: page } = options;
  const { results: file = join(cacheFolder(), "bench-all.json") } = options;
  const now = machine(threads);
  const kept = openResults(file, { processor: now.processor, threads, batch, size });
  const { python, why: noPython } = await findPython({ python: named, yes });
  const chosen = cells(options);
  const processes = 1 + (python ? 2 : 0);
  const secondsOf = (cell) => {
    const step = guess(cell, { batch, size });
    return (python ? compiling : 0) + rounds * processes * (aside + Math.min((2 + steps) * step, Math.max(4 * step, 1.5 * mostSeconds)));
  };
  console.error(
    `${chosen.length} comparisons, about ${minutes(chosen.reduce((sum, cell) => sum + secondsOf(cell), 0))} at most. Kept in ${file}: what is there already is not measured again (--fresh does).`,
  );
  for (const cell of chosen) {
    const { key, precision, work, mode } = cell;
    if (precision === "bfloat16" && noBfloat16()) continue;
    if (fresh) kept.forget(key);
    const asked = { ...cell.asked, precision, threads, batch, size, warmUp: 2, steps, seconds: mostSeconds };
    const all = contestants(python, work, asked);
    // for comparison, once: the same step op by op, which tfjs is without `compile`; FANet's would take about 20 GB, by the measure of smaller ones
    if (mode === "train" && precision === "float32" && cell.net !== "fanet") all.tfjs = oursDoes(work, { ...asked, eager: true });
    await alternating(all, { title: key, rounds, once: ["tfjs"], found: kept.of(key), keep: kept.save, load: now.load });
  }
  // all that the file knows, of earlier runs too
  const rows = cells({}).map((cell) => ({ ...cell, one: outcome(cell, kept.of(cell.key), noPython) }));
  const result = {};
  for (const { net, mode, precision, one } of rows) ((result[net] ??= {})[mode] ??= {})[short[precision]] = one;
  if (page) await writeBetween(page, "bench all", markdown(rows, { machine: now, batch, size }));
  return { lines: [...lines(rows), machineLine(now)], result, beside: { machine: now } };
}

/** One comparison as it stands. */
function outcome({ mode, precision }, found, noPython) {
  if (precision === "bfloat16" && noBfloat16()) return nothing(noBfloat16());
  if (!found.ours?.length) return nothing(unmeasured);
  const one = compared(found, noPython);
  const tfjs = found.tfjs?.length ? summary(found.tfjs) : undefined;
  const { ours_mb, pytorch_mb } = one.memory;
  const loads = Object.values(found).flatMap((processes) => processes.flatMap(({ load }) => load ?? []));
  return {
    ...one,
    aim: aims[mode][precision],
    met: one.ratio === null ? null : one.ratio <= aims[mode][precision],
    memory: { ...one.memory, ratio: ours_mb && pytorch_mb ? rounded(ours_mb / pytorch_mb, 3) : null },
    rounds: found.ours.length,
    load: loads.length > 0 ? Math.max(...loads) : null,
    ...(tfjs && { tfjs: tfjs.why ? { why: tfjs.why } : { ms: rounded(tfjs.ms, 1), mb: rounded(tfjs.peakMb) } }),
  };
}

function lines(rows) {
  const known = rows.filter(({ one }) => one.why !== unmeasured);
  const cell = ({ net, mode, precision, one }) => [
    `${net}, ${mode}, ${short[precision]}`,
    one.ours_ms ?? "–",
    one.pytorch?.eager?.ms ?? "–",
    one.pytorch?.compile?.ms ?? "–",
    one.ratio?.toFixed(2) ?? "–",
    one.aim?.toFixed(2) ?? "–",
    one.memory?.ratio?.toFixed(2) ?? "–",
  ];
  const head = ["ms", "ours", "PyTorch eager", "compile", "ratio", "aim", "memory"];
  const name = ({ net, mode, precision }) => `${net} ${mode} ${short[precision]}`;
  return [...table([head, ...known.map(cell)]), ...reasons(rows, name)];
}
