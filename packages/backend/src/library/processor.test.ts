import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hasBfloat16, processorFlags, processorKind, vectorsOf } from "./processor.js";

const wide = new Set(["sse4_2", "avx2", "avx512f", "avx512_bf16"]);
const narrow = new Set(["sse4_2", "avx2"]);

test.runIf(process.platform === "linux")("the flags are those that the system tells", () => {
  const info = readFileSync("/proc/cpuinfo", "utf8");
  const flags = processorFlags()!;
  expect(flags.size).toBeGreaterThan(5);
  for (const flag of [...flags].slice(0, 20)) expect(info).toMatch(new RegExp(`\\b${flag}\\b`));
  expect(flags.has("avx2")).toBe(/\bavx2\b/.test(info));
});

test.each([
  ["both", wide, {}, "avx512"],
  ["AVX2 alone", narrow, {}, "avx2"],
  ["both, capped", wide, { ONEDNN_MAX_CPU_ISA: "AVX2" }, "avx2"],
  ["both, capped by the old name", wide, { DNNL_MAX_CPU_ISA: "avx2_vnni" }, "avx2"],
  ["both, capped within AVX-512", wide, { ONEDNN_MAX_CPU_ISA: "AVX512_CORE" }, "avx512"],
  ["neither", new Set(["sse4_2"]), {}, "unknown"],
  ["an ARM processor", new Set(["asimd", "bf16"]), {}, "unknown"],
  ["not told", null, {}, "unknown"],
] as const)("kernels' vectors: %s", (_, flags, env, expected) => {
  expect(vectorsOf(flags, env)).toBe(expected);
});

test("bfloat16: either of the two flags", () => {
  const of = (...flags: string[]): boolean => hasBfloat16(new Set(flags));
  expect([of("avx512_bf16"), of("amx_bf16"), of("avx512f", "bf16"), hasBfloat16(null)]).toEqual([true, true, false, false]);
});

test("two kinds of one name are told apart by what they can do; what no kernel asks for makes no difference", () => {
  expect(processorKind("AMD EPYC", wide)).toBe("AMD EPYC avx2 avx512f avx512_bf16");
  expect(processorKind("AMD EPYC", narrow)).toBe("AMD EPYC avx2");
  expect(processorKind("AMD EPYC", new Set([...narrow, "rdpid"]))).toBe("AMD EPYC avx2");
  expect(processorKind("", null)).toBe("unknown");
});
