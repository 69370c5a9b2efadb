import { join } from "node:path";
import { cacheFolder } from "@segdistill/backend/library";
import { alternating, compared, contestants, nothing, unmeasured } from "./contest.mjs";
import { allThreads, machine, machineLine, noBfloat16 } from "./machine.mjs";
import { writeBetween } from "./markdown.mjs";
import { divided, short } from "./numbers.mjs";
import { findPython } from "./python.mjs";
import { openResults } from "./results.mjs";
import { lines, markdown } from "./versus-table.mjs";

/** What one process may spend on steps that count: more than in `all`, since torch.compile compiles in its second step too where there is an opponent. */
const mostSeconds = 120;

/**
 * Steps of several kinds, ours against PyTorch's, every process's result kept in a file as it comes: what `methods` and `gkd` are. `chosen` are those to measure; the table has all that the
 * file knows. A kind of steps is
 *
 *     { bench, work, names, aim, unaimed, asked, batch, size, derived, costs }
 *
 * its name, the program that does the work (ours/<work>.mjs, pytorch/<work>.py), the steps' names for people, the ratio aimed at and who has no aim, what programs are asked for beside the
 * step's name, and what follows from the times of one precision: `derived(by)` as data, with `times` by step, and `costs(row)` as sentences.
 */
export async function versus(kind, chosen, options) {
  const { python: named, yes, threads = allThreads(), rounds = 3, steps = 6, fresh, markdown: page, precision = "float32" } = options;
  const { bench, work, names, batch: usual, size: usualSize } = kind;
  const { batch = usual, size = usualSize, results: file = join(cacheFolder(), `bench-${bench}.json`) } = options;
  const now = machine(threads);
  const kept = openResults(file, { processor: now.processor, threads, batch, size });
  const { python, why: noPython } = await findPython({ python: named, yes });
  const cannot = (precision) => (precision === "bfloat16" ? noBfloat16() : undefined);
  const key = (name, precision) => `${name}/${short[precision]}`;
  console.error(`${chosen.length} steps, kept in ${file}: what is there already is not measured again (--fresh does).`);
  if (!cannot(precision))
    for (const name of chosen) {
      const at = key(name, precision);
      if (fresh) kept.forget(at);
      const asked = { ...kind.asked, method: name, precision, threads, batch, size, warmUp: 2, steps, seconds: mostSeconds };
      const all = contestants(python, work, asked);
      await alternating(all, { title: at, rounds, found: kept.of(at), keep: kept.save, load: now.load });
    }
  const outcome = (name, precision) => {
    if (cannot(precision)) return nothing(cannot(precision));
    const found = kept.of(key(name, precision));
    return found.ours?.length ? judged(found, kind.aim, noPython) : nothing(unmeasured);
  };
  const rows = Object.keys(short).flatMap((precision) => {
    const by = Object.fromEntries(Object.keys(names).map((name) => [name, outcome(name, precision)]));
    return Object.values(by).every(({ why }) => why === unmeasured) ? [] : [{ precision, by, derived: kind.derived(by) }];
  });
  if (page) await writeBetween(page, `bench ${bench}`, markdown(kind, rows, { machine: now, batch, size }));
  const result = Object.fromEntries(rows.map(({ precision, by, derived }) => [short[precision], { [bench]: by, ...derived }]));
  return { lines: [...lines(kind, rows), machineLine(now)], result, beside: { machine: now } };
}

/** One comparison as it stands. */
function judged(found, aim, noPython) {
  const one = compared(found, noPython);
  const loads = Object.values(found).flatMap((processes) => processes.flatMap(({ load }) => load ?? []));
  const { ours_mb, pytorch_mb } = one.memory;
  return {
    ...one,
    aim,
    met: one.ratio === null ? null : one.ratio <= aim,
    memory: { ...one.memory, ratio: divided(ours_mb, pytorch_mb) },
    rounds: found.ours.length,
    load: loads.length > 0 ? Math.max(...loads) : null,
  };
}

/** Both sides' times as a result names them. */
const sides = { ours: "ours_ms", pytorch: "pytorch_ms" };
/** What `f` makes of each side, given how to look a step's time up: null where it was not measured. */
export const onSides = (by, f) =>
  Object.fromEntries(Object.entries(sides).map(([side, ms]) => [side, f((name) => by[name]?.[ms] ?? null)]));
/** Each step as a multiple of another one, on both sides. */
export const multiples = (by, names, of) =>
  Object.fromEntries(names.map((name) => [name, onSides(by, (time) => divided(time(name), time(of)))]));
