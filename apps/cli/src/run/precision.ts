import { readFileSync } from "node:fs";

/** What of a processor decides whether bfloat16 pays. */
export interface Processor {
  readonly vendor: string;
  readonly flags: readonly string[];
}

/** The processor as Linux describes it; elsewhere nothing is known, and `auto` stays with float32. */
export const thisProcessor = (file = "/proc/cpuinfo"): Processor => {
  try {
    const text = readFileSync(file, "utf8");
    const field = (name: string): string => new RegExp(`^${name}\\s*:\\s*(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
    return { vendor: field("vendor_id"), flags: field("flags").split(/\s+/) };
  } catch {
    return { vendor: "", flags: [] };
  }
};

/** The precision of a configuration as it is computed in, and why. */
export interface Chosen {
  readonly precision: "float32" | "bfloat16";
  readonly why: string;
}

/**
 * `auto`: bfloat16 where it was measured faster (AMX: 2.8 times; AMD with avx512_bf16: 1.8 times), else float32, because without these it is
 * slower or fails (Intel with avx512_bf16 alone: 0.7 times). Source: engine-ops.md 9.
 */
export const choosePrecision = (wanted: "float32" | "bfloat16" | "auto", { vendor, flags }: Processor): Chosen => {
  if (wanted !== "auto") return { precision: wanted, why: "as the configuration says" };
  if (flags.includes("amx_bf16")) return { precision: "bfloat16", why: "the processor has amx_bf16" };
  if (vendor === "AuthenticAMD" && flags.includes("avx512_bf16"))
    return { precision: "bfloat16", why: "an AMD processor with avx512_bf16" };
  return { precision: "float32", why: "bfloat16 is not faster on this processor" };
};
