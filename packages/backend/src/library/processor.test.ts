import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gpuModels, hasBfloat16, processorFlags, processorKind, vectorsOf } from "./processor.js";

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

test("GPUs are called as the driver calls them; none where it does not tell", () => {
  const folder = mkdtempSync(join(tmpdir(), "segdistill-gpus-"));
  const gpu = (at: string, information: string): void => {
    mkdirSync(join(folder, at));
    writeFileSync(join(folder, at, "information"), information);
  };
  gpu("0000:06:00.0", "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 41\n");
  gpu("0000:01:00.0", "IRQ: 3\nModel: NVIDIA A10  \n");
  gpu("0000:02:00.0", "IRQ: 3\n");
  expect(gpuModels(folder)).toEqual(["NVIDIA A10", "NVIDIA H100 80GB HBM3"]);
  rmSync(folder, { recursive: true });
  expect(gpuModels(folder)).toEqual([]);
});
