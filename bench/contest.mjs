import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "@segdistill/backend/library";
import { measured, taking } from "./child.mjs";
import { median, rounded } from "./numbers.mjs";
import { stop } from "./stop.mjs";

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Those of PyTorch's two modes, of which the faster one counts. */
export const theirs = ["eager", "compile"];

/** Work that a process of ours does, `work` being "step" or "predict"; `how` a process is run: to its end, or by turns. */
export const oursDoes =
  (work, asked) =>
  (how = measured) =>
    how(process.execPath, [file(`./ours/${work}.mjs`), JSON.stringify({ ...asked, started: Date.now() })], {
      SEGDISTILL_THREADS: String(asked.threads),
    });

/** The same work by PyTorch, in mode "eager" or "compile". */
export const pytorchDoes =
  (python, work, asked) =>
  (how = measured) =>
    how(python, [file(`./pytorch/${work}.py`), JSON.stringify({ ...asked, started: Date.now() })], {
      TORCHINDUCTOR_CACHE_DIR: join(cacheFolder(), "bench-inductor"),
    });

/** Ours and PyTorch's two, if there is a Python. */
export const contestants = (python, work, asked) => ({
  ours: oursDoes(work, asked),
  ...Object.fromEntries((python ? theirs : []).map((mode) => [mode, pytorchDoes(python, work, { ...asked, mode })])),
});

const failed = (processes) => processes.find(({ why }) => why);

/**
 * Every contestant in turn, then all again: what was found by every process, by name. `found` is what is known from before and is added to; `keep` is
 * called after every process; `load` is the machine's when this bench began, kept with each. One of `once` runs in the first round alone. What failed once fails again in later rounds; an earlier bench's failures are tried anew.
 */
export async function alternating(contestants, { title, rounds, once = [], found = {}, keep = () => undefined, load }) {
  for (const [name, processes] of Object.entries(found)) found[name] = processes.filter(({ why }) => !why);
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(contestants)) {
      const before = (found[name] ??= []);
      if (failed(before) || before.length > round || (round > 0 && once.includes(name))) continue;
      const one = await run();
      const { said, ...kept } = one;
      before.push({ ...kept, load });
      keep();
      tell(title, round, rounds, name, one);
    }
  return found;
}

/**
 * Every contestant step by step in turn: all processes are there at once, one computes and the others wait, and whoever is first in a turn is last in the next. So what the machine does meanwhile
 * meets all of them alike, also where it is twice as fast in one minute as in the next. Each goes through its first step, which traces and compiles, before the next one is started.
 */
export async function byTurns(contestants, { title, rounds }) {
  const found = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    let waiting = [];
    for (const [name, run] of Object.entries(contestants)) {
      if (failed(found[name])) continue;
      const one = { name, ...run(taking) };
      await one.stepped();
      waiting.push(one);
    }
    const all = [...waiting];
    while (waiting.length > 0) {
      const still = [];
      for (const one of waiting) {
        one.go();
        if (await one.stepped()) still.push(one);
        else await one.ended;
      }
      waiting = [...still.slice(1), ...still.slice(0, 1)];
    }
    for (const { name, ended } of all) {
      const { said, ...kept } = await ended;
      found[name].push({ ...kept, turns: true });
      tell(title, round, rounds, name, { ...kept, said });
    }
  }
  return found;
}

function tell(title, round, rounds, name, one) {
  console.error(`  ${title}, round ${round + 1} of ${rounds}, ${name}: ${inWords(one)}`);
  if (one.said) console.error(one.said.split("\n").slice(-8).join("\n").replace(/^/gm, "    "));
}

const inWords = ({ why, ms, cpuMs, peakMb }) =>
  why ?? `${ms.map((one) => rounded(one)).join(" ")} ms (processor time ${rounded(cpuMs)} ms), peak ${rounded(peakMb)} MB`;

/** The step that stands for a process: the least one; by turns, where no step is luckier than the others', the median. */
const standing = ({ ms, turns }) => (turns ? median(ms) : Math.min(...ms));

/** The step that stands for each round, the median over rounds; peak memory is the largest, the time to the first step the median. */
export function summary(processes) {
  const failure = failed(processes);
  if (failure) return { why: failure.why };
  const rounds = processes.map(standing);
  const peakMb = Math.max(...processes.map((one) => one.peakMb));
  const firstSeconds = processes.map((one) => one.firstSeconds);
  return { ms: median(rounds), rounds, peakMb, firstSeconds: median(firstSeconds), parameters: processes[0].parameters };
}

/** One round's ratio: of the two times that stand for it, or by turns the median of each turn's. */
const ratioOf = (ours, theirs) => (ours.turns ? median(ours.ms.map((one, i) => one / theirs.ms[i])) : standing(ours) / standing(theirs));

/** Ours against the faster of PyTorch's two. By turns the ratio is the median over rounds of each round's own. */
export function compared(found, noPython) {
  const ours = summary(found.ours);
  const others = theirs.flatMap((mode) => (found[mode]?.length > 0 ? [{ mode, ...summary(found[mode]) }] : []));
  const best = others.filter(({ why }) => !why).sort((a, b) => a.ms - b.ms)[0];
  if (!ours.why && best && ours.parameters !== best.parameters)
    throw stop(`internal: our network has ${ours.parameters} parameters, its PyTorch twin ${best.parameters}.`, 1);
  // which mode is the faster one is not known before both have run
  const waiting = theirs.filter((mode) => !(found[mode]?.length > 0));
  const notYet = waiting.length > 0 ? `PyTorch (${waiting.join(", ")}) has not run yet` : undefined;
  const why = ours.why ?? (best && !notYet ? undefined : (noPython ?? notYet ?? others[0]?.why));
  const both = why ? [] : found.ours.slice(0, best.rounds.length);
  const ratios = both.map((one, i) => ratioOf(one, found[best.mode][i]));
  return {
    ours_ms: ours.why ? null : rounded(ours.ms, 1),
    pytorch_ms: best ? rounded(best.ms, 1) : null,
    ratio: why ? null : rounded(found.ours[0].turns ? median(ratios) : ours.ms / best.ms, 3),
    ...(why && { why }),
    spread: why ? null : [rounded(Math.min(...ratios), 3), rounded(Math.max(...ratios), 3)],
    memory: { ours_mb: ours.why ? null : rounded(ours.peakMb), pytorch_mb: best ? rounded(best.peakMb) : null },
    first_s: ours.why ? null : rounded(ours.firstSeconds, 1),
    pytorch: Object.fromEntries(
      others.map(({ mode, why: reason, ms, peakMb, firstSeconds }) => [
        mode,
        reason ? { why: reason } : { ms: rounded(ms, 1), mb: rounded(peakMb), first_s: rounded(firstSeconds, 1) },
      ]),
    ),
  };
}

/** What cannot be compared at all. */
export const nothing = (why) => ({ ours_ms: null, pytorch_ms: null, ratio: null, why });
/** Why a comparison has no numbers that nobody has asked for yet. */
export const unmeasured = "not measured yet";
