import { byTurns, compared, contestants, nothing } from "./contest.mjs";
import { allThreads, machine, machineLine, noBfloat16 } from "./machine.mjs";
import { ofStep } from "./networks.mjs";
import { short, table } from "./numbers.mjs";
import { findPython } from "./python.mjs";

const titles = { "u-net": "U-Net, width 32", "four-levels": "U-Net, four levels", student: "Mobile U-Net" };

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

/** A training step of ours and the same of PyTorch, step by step in turn. */
export async function bench({
  python: named,
  yes,
  threads = allThreads(),
  rounds = 3,
  steps = 10,
  net: onlyNet,
  precision: onlyPrecision,
  batch = 4,
  size = 256,
}) {
  const before = machine(threads);
  const { python, why: noPython } = await findPython({ python: named, yes });
  const [result, rows, notes] = [{}, [["ms a step", "ours", "PyTorch eager", "compile", "ratio", "rounds", "ours MB", "PyTorch MB"]], []];
  for (const net of Object.keys(ofStep).filter((name) => (onlyNet ?? name) === name)) {
    const entry = net === "u-net" ? result : (result[net] = {});
    for (const precision of ["float32", "bfloat16"].filter((name) => (onlyPrecision ?? name) === name)) {
      const cannot = precision === "bfloat16" ? noBfloat16() : undefined;
      const asked = { network: ofStep[net], precision, threads, batch, size, warmUp: 2, steps };
      const contest = () => byTurns(contestants(python, "step", asked), { title: `${net} ${precision}`, rounds });
      const one = cannot ? nothing(cannot) : compared(await contest(), noPython);
      entry[short[precision]] = one;
      rows.push(row(titles[net], precision, one));
      if (one.why) notes.push(`${net}, ${precision}: ${one.why}`);
    }
  }
  return { lines: [...table(rows), ...notes, machineLine(before)], result: { ...result, machine: before } };
}
