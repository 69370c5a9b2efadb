import { fileURLToPath } from "node:url";
import { measured } from "./child.mjs";
import { stop } from "./stop.mjs";
import { rounded, table } from "./numbers.mjs";

/** Tensors and memory after 10 steps of a distillation and after the last one. */
export async function bench({ steps = 1000 }) {
  const program = fileURLToPath(new URL("./ours/leaks.mjs", import.meta.url));
  const found = await measured(process.execPath, [program, JSON.stringify({ steps })]);
  if (found.why) throw stop(`[bench] the steps could not be run: ${found.said ?? found.why}`, 1);
  const { early, late, end } = found;
  const row = (name, { tfjs, library, bytes, rssMb }) => [name, tfjs, library, rounded(bytes / 1e6, 3), rounded(rssMb)];
  const lines = table([
    ["", "tensors of tfjs", "tensors of the library", "their MB", "process MB"],
    row(`after ${early.step} steps`, early),
    row(`after ${late.step} steps`, late),
    row("run disposed of", end),
  ]);
  const grown = ["tfjs", "library", "bytes"].filter((what) => late[what] > early[what]);
  const broken = grown.map((what) => `${what}: ${late[what]} after ${late.step} steps, ${early[what]} after ${early.step}`);
  return { lines, result: found, broken };
}
