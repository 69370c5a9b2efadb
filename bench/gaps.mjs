import { fileURLToPath } from "node:url";
import { measured } from "./child.mjs";
import { allThreads, machine, machineLine } from "./machine.mjs";
import { networks } from "./networks.mjs";
import { rounded } from "./numbers.mjs";
import { stop } from "./stop.mjs";

const program = fileURLToPath(new URL("./ours/gaps.mjs", import.meta.url));
const limitMs = 20;

/** The longest time that no timer fires while a stage trains, compiled; and op by op as the control, where a step holds the loop. */
export async function bench(options) {
  const { threads = allThreads(), net = "u-net", precision = "float32", batch = 4, size = 256, steps = 8 } = options;
  if (steps < 3) throw stop(`[bench] --steps: expected at least 3, for two warm up, found "${steps}".`, 2);
  const before = machine(threads);
  const run = (eager) =>
    measured(process.execPath, [program, JSON.stringify({ network: networks[net].train, precision, batch, size, eager, steps })], {
      SEGDISTILL_THREADS: String(threads),
    });
  const found = { compiled: await run(false), eager: await run(true) };
  const lines = Object.entries(found).map(([how, one]) =>
    one.why ? `${how}: ${one.why}` : `${how}: longest gap ${rounded(one.longest_ms)} ms, a step takes ${rounded(one.step_ms)} ms`,
  );
  const { why, longest_ms: longest } = found.compiled;
  const broken =
    why || longest > limitMs ? [why ?? `the event loop stood still for ${rounded(longest)} ms, at most ${limitMs} are allowed`] : [];
  return { lines: [...lines, machineLine(before)], result: { net, precision, batch, size, limit_ms: limitMs, ...found }, broken };
}
