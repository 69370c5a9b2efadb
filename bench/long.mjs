import { fileURLToPath } from "node:url";
import { measured } from "./child.mjs";
import { allThreads, machine, machineLine } from "./machine.mjs";
import { median, rounded, table } from "./numbers.mjs";
import { stop } from "./stop.mjs";

/** Limits: resident bytes a step, and the last tenth's median step over that of the first. */
const [mostBytes, mostRatio] = [1024, 1.15];
const samples = 20;

/** The slope of the line through points [x, y] that lies nearest to them (least squares). */
export function slope(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([a]) => a), mean(([, b]) => b)];
  return mean(([a, b]) => (a - x) * (b - y)) / mean(([a]) => (a - x) ** 2);
}

/** Whether many steps of a small distillation leave anything behind, and whether they get slower. */
export async function bench({ steps = 10_000, threads = allThreads() }) {
  if (steps < 100) throw stop(`[bench] --steps: expected at least 100 for a long run, found "${steps}".`, 2);
  const before = machine(threads);
  const program = fileURLToPath(new URL("./ours/long.mjs", import.meta.url));
  const found = await measured(process.execPath, ["--expose-gc", program, JSON.stringify({ steps, samples })], {
    SEGDISTILL_THREADS: String(threads),
  });
  if (found.why) throw stop(`[bench] the steps could not be run: ${found.said ?? found.why}`, 1);
  const { looks, ms } = found;
  const tenth = Math.floor(steps / 10);
  const warm = Math.min(20, Math.floor(tenth / 2)); // the first steps trace and compile
  const [early, late] = [median(ms.slice(warm, tenth)), median(ms.slice(-tenth))];
  // caches of the allocator and of V8 fill in the first fifth
  const bytesAStep = slope(looks.filter(({ step }) => step >= steps / 5).map(({ step, rss }) => [step, rss]));
  const lines = [
    ...table([
      ["after steps", "tensors of tfjs", "of the library", "their MB", "process MB"],
      ...looks.map(({ step, tfjs, library, bytes, rss }) => [step, tfjs, library, rounded(bytes / 1e6, 3), rounded(rss / 2 ** 20, 1)]),
    ]),
    `Resident memory grows by ${rounded(bytesAStep)} bytes a step; median step ${rounded(early, 2)} ms in the first tenth, ${rounded(late, 2)} ms in the last.`,
    machineLine(before),
  ];
  const [first, last] = [looks[0], looks.at(-1)];
  const broken = ["tfjs", "library", "bytes"]
    .filter((what) => last[what] > first[what])
    .map((what) => `${what}: ${last[what]} after ${last.step} steps, ${first[what]} after ${first.step}`);
  if (bytesAStep >= mostBytes) broken.push(`resident memory grows by ${rounded(bytesAStep)} bytes a step, at most ${mostBytes}`);
  if (late > mostRatio * early)
    broken.push(`the last steps take ${rounded(late / early, 2)} of the first ones' time, at most ${mostRatio}`);
  const result = {
    steps,
    bytes_a_step: rounded(bytesAStep),
    early_ms: rounded(early, 3),
    late_ms: rounded(late, 3),
    looks,
    machine: before,
  };
  return { lines, result, broken };
}
