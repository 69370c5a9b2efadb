import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** What the processor can do, by the names that Linux gives it; null where no file tells it (other systems). */
export function processorFlags(): ReadonlySet<string> | null {
  try {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
    return line === undefined ? null : new Set(line.split(/\s+/));
  } catch {
    return null;
  }
}

/** Whether the processor has instructions for bfloat16; no where it is not told. */
export const hasBfloat16 = (flags = processorFlags()): boolean =>
  flags !== null && ["avx512_bf16", "amx_bf16"].some((flag) => flags.has(flag));

/** The vectors of oneDNN's kernels: what the processor has, and no more than `ONEDNN_MAX_CPU_ISA` lets it take. */
export type Vectors = "avx512" | "avx2" | "unknown";

/** What oneDNN's kernels compute with on this processor. */
export function vectorsOf(flags: ReadonlySet<string> | null, env: Readonly<Record<string, string | undefined>>): Vectors {
  if (!flags?.has("avx2")) return "unknown";
  const cap = (env["ONEDNN_MAX_CPU_ISA"] ?? env["DNNL_MAX_CPU_ISA"] ?? "").toUpperCase();
  return flags.has("avx512f") && !cap.startsWith("AVX2") ? "avx512" : "avx2";
}

/** Abilities by which kernels of one model differ: a virtual machine may hide some, and then its name is the same as that of one with them. */
const decisive = ["avx2", "avx_vnni", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve"];

/** The processor's name with what it can do: one kind has one speed. What was timed is kept by it, for a cache folder may be shared by machines. */
export function processorKind(model = cpus()[0]?.model.trim() ?? "", flags = processorFlags()): string {
  return [model === "" ? "unknown" : model, ...decisive.filter((flag) => flags?.has(flag))].join(" ");
}
