import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";

/** The flags of the processor as Linux lists them; null elsewhere. */
function flags() {
  try {
    return /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(/\s+/) ?? null;
  } catch {
    return null;
  }
}

/** Why this processor cannot compute in bfloat16; undefined where it can (engine-ops.md 9: elsewhere it is an error, or silently float32). */
export function noBfloat16() {
  const found = flags();
  if (!found) return "the processor's flags are not known on this system";
  return ["amx_bf16", "avx512_bf16"].some((flag) => found.includes(flag))
    ? undefined
    : "the processor has neither amx_bf16 nor avx512_bf16";
}

export const allThreads = () => availableParallelism();
export const machine = (threads) => ({ processor: cpus()[0]?.model ?? "unknown", threads, load: Number(loadavg()[0].toFixed(1)) });

/** One line for people: what it ran on, and a warning where others were using it. */
export function machineLine({ processor, threads, load }) {
  const busy =
    load > 0.5 ? ` Load was ${load} before it began: others were computing too, so only the ratios mean something, and those little.` : "";
  return `${processor}, ${threads} threads.${busy}`;
}
