import { fileURLToPath } from "node:url";
import { measured } from "./child.mjs";
import { allThreads, machine, machineLine } from "./machine.mjs";
import { rounded, table } from "./numbers.mjs";
import { stop } from "./stop.mjs";
import { tableOf, writeBetween } from "./markdown.mjs";

/** What this machine can do at most: matrix products and convolutions in both precisions, and memory. */
export async function bench({ threads = allThreads(), markdown: page }) {
  const before = machine(threads);
  const program = fileURLToPath(new URL("./ours/peak.mjs", import.meta.url));
  const found = await measured(process.execPath, [program, JSON.stringify({ seconds: 3 })], { SEGDISTILL_THREADS: String(threads) });
  if (found.why) throw stop(`[bench] the peak could not be measured: ${found.said ?? found.why}`, 1);
  const rows = [
    ...Object.entries(found.flops).map(([name, flops]) => [name, `${rounded(flops / 1e9)} GFLOP/s`]),
    ["memory, read and written", `${rounded(found.bandwidth / 1e9, 1)} GB/s`],
  ];
  const gflops = Object.fromEntries(Object.entries(found.flops).map(([name, flops]) => [name, rounded(flops / 1e9)]));
  if (page)
    await writeBetween(page, "bench peak", [
      `${before.processor}, ${threads} threads; load ${before.load} when the bench began.`,
      "",
      ...tableOf(["limit", "measured"], rows),
    ]);
  return {
    lines: [...table([["limit", "measured"], ...rows]), machineLine(before)],
    result: { gflops, bandwidth_gb_s: rounded(found.bandwidth / 1e9, 1), machine: before },
  };
}
