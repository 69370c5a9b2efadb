import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "@segdistill/backend/library";
import { measured } from "./child.mjs";
import { allThreads, machine, machineLine, noBfloat16 } from "./machine.mjs";
import { median, rounded, table } from "./numbers.mjs";
import { findPython } from "./python.mjs";
import { stop } from "./stop.mjs";

const short = { float32: "fp32", bfloat16: "bf16" };
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const nothing = (why) => ({ ours_ms: null, pytorch_ms: null, ratio: null, why });

/** Ours, then PyTorch eager and compiled, then ours again …: what was found by every process, in rounds. */
async function alternating({ net, precision, threads, rounds, steps, python }) {
  const asked = { net, precision, threads, steps, batch: 4, size: 256 };
  const contestants = {
    ours: () =>
      measured(process.execPath, [file("./ours/step.mjs"), JSON.stringify({ ...asked, warmUp: 2 })], {
        SEGDISTILL_THREADS: String(threads),
      }),
  };
  for (const mode of python ? ["eager", "compile"] : [])
    contestants[mode] = () =>
      measured(python, [file("./pytorch/step.py"), JSON.stringify({ ...asked, mode, warmUp: 2 })], {
        TORCHINDUCTOR_CACHE_DIR: join(cacheFolder(), "bench-inductor"),
      });
  const found = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(contestants)) {
      if (found[name].some(({ why }) => why)) continue; // what failed once fails again
      const one = await run();
      found[name].push(one);
      const said =
        one.why ??
        `${one.ms.map((ms) => rounded(ms)).join(" ")} ms (processor time ${rounded(one.cpuMs)} ms), peak ${rounded(one.peakMb)} MB`;
      console.error(`  ${net} ${precision}, round ${round + 1} of ${rounds}, ${name}: ${said}`);
      if (one.said) console.error(one.said.replace(/^/gm, "    "));
    }
  return found;
}

/** The least step of each round, the median over rounds. */
function summary(processes) {
  const failed = processes.find(({ why }) => why);
  if (failed) return { why: failed.why };
  const rounds = processes.map(({ ms }) => Math.min(...ms));
  return { ms: median(rounds), rounds, peakMb: Math.max(...processes.map(({ peakMb }) => peakMb)), parameters: processes[0].parameters };
}

/** Ours against the faster of PyTorch's two. */
function compared(found, noPython) {
  const ours = summary(found.ours);
  const theirs = ["eager", "compile"].flatMap((mode) => (found[mode] ? [{ mode, ...summary(found[mode]) }] : []));
  const best = theirs.filter(({ why }) => !why).sort((a, b) => a.ms - b.ms)[0];
  if (!ours.why && best && ours.parameters !== best.parameters)
    throw stop(`internal: our network has ${ours.parameters} parameters, its PyTorch twin ${best.parameters}.`, 1);
  const why = ours.why ?? (best ? undefined : (noPython ?? theirs[0]?.why));
  const ratios = why ? [] : ours.rounds.map((ms, i) => ms / best.rounds[i]);
  return {
    ours_ms: ours.why ? null : rounded(ours.ms, 1),
    pytorch_ms: best ? rounded(best.ms, 1) : null,
    ratio: why ? null : rounded(ours.ms / best.ms, 3),
    ...(why && { why }),
    spread: why ? null : [rounded(Math.min(...ratios), 3), rounded(Math.max(...ratios), 3)],
    memory: { ours_mb: ours.why ? null : rounded(ours.peakMb), pytorch_mb: best ? rounded(best.peakMb) : null },
    pytorch: Object.fromEntries(
      theirs.map(({ mode, why: reason, ms, peakMb }) => [mode, reason ? { why: reason } : { ms: rounded(ms, 1), mb: rounded(peakMb) }]),
    ),
  };
}

function row(net, precision, one) {
  const [eager, compile] = ["eager", "compile"].map((mode) => one.pytorch?.[mode]?.ms ?? "–");
  const spread = one.spread ? one.spread.map((ratio) => ratio.toFixed(2)).join("…") : "–";
  return [
    `${net}, ${precision}`,
    one.ours_ms ?? "–",
    eager,
    compile,
    one.ratio?.toFixed(2) ?? "–",
    spread,
    one.memory?.ours_mb ?? "–",
    one.memory?.pytorch_mb ?? "–",
  ];
}

/** A training step of ours and the same of PyTorch, run in turn. */
export async function bench({ python: named, yes, threads = allThreads(), rounds = 3, steps = 6, net: onlyNet, precision: onlyPrecision }) {
  const before = machine(threads);
  const { python, why: noPython } = await findPython({ python: named, yes });
  const [result, rows, notes] = [{}, [["ms a step", "ours", "PyTorch eager", "compile", "ratio", "rounds", "ours MB", "PyTorch MB"]], []];
  for (const net of ["u-net", "student"].filter((name) => (onlyNet ?? name) === name)) {
    const entry = net === "student" ? (result.student = {}) : result;
    for (const precision of ["float32", "bfloat16"].filter((name) => (onlyPrecision ?? name) === name)) {
      const cannot = precision === "bfloat16" ? noBfloat16() : undefined;
      const one = cannot ? nothing(cannot) : compared(await alternating({ net, precision, threads, rounds, steps, python }), noPython);
      entry[short[precision]] = one;
      rows.push(row(net === "student" ? "Mobile U-Net" : "U-Net, width 32", precision, one));
      if (one.why) notes.push(`${net}, ${precision}: ${one.why}`);
    }
  }
  return { lines: [...table(rows), ...notes, machineLine(before)], result: { ...result, machine: before } };
}
