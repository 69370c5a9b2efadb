import { fileURLToPath } from "node:url";
import { measured } from "./child.mjs";
import { allThreads, machine, machineLine } from "./machine.mjs";
import { rounded, table } from "./numbers.mjs";
import { stop } from "./stop.mjs";

/** Of the time between the first step's start and the last one's end, at most this share may lie between steps. */
const mostWaiting = 0.03;
const percent = (share) => `${(100 * share).toFixed(2)} %`;

/** How long training waits for data: patches of phantoms that are prepared while it runs, and the same batches held in memory. */
export async function bench({ threads = allThreads() }) {
  const before = machine(threads);
  const program = fileURLToPath(new URL("./ours/data.mjs", import.meta.url));
  const found = await measured(process.execPath, [program], { SEGDISTILL_THREADS: String(threads) });
  if (found.why) throw stop(`[bench] the steps could not be run: ${found.said ?? found.why}`, 1);
  const row = (name, { steps, seconds, waitedSeconds, medianMs }) => [
    name,
    steps,
    rounded(seconds, 2),
    rounded(waitedSeconds, 3),
    percent(waitedSeconds / seconds),
    rounded(medianMs),
  ];
  const { patches, first, held } = found;
  const share = patches.waitedSeconds / patches.seconds;
  const lines = [
    ...table([
      ["Mobile U-Net, 4 × 256 × 256", "steps", "seconds", "between steps", "share", "median step ms"],
      row("patches, all epochs", patches),
      row("patches, first epoch (pictures are prepared)", first),
      row("the same batches, in memory", held),
    ]),
    machineLine(before),
  ];
  const result = { wait_share: rounded(share, 5), step_ratio: rounded(patches.medianMs / held.medianMs, 3), ...found, machine: before };
  return { lines, result, broken: share > mostWaiting ? [`waiting for data took ${percent(share)}, at most ${percent(mostWaiting)}`] : [] };
}
