import { expect, test } from "vitest";
import { choosePrecision } from "./precision.js";

test("auto takes bfloat16 only where it was measured faster", () => {
  const chosen = (vendor: string, ...flags: string[]) => choosePrecision("auto", { vendor, flags }).precision;
  expect(chosen("GenuineIntel", "avx2", "amx_bf16")).toBe("bfloat16");
  expect(chosen("AuthenticAMD", "avx512_bf16")).toBe("bfloat16");
  expect(chosen("GenuineIntel", "avx512_bf16")).toBe("float32");
  expect(chosen("")).toBe("float32");
  expect(choosePrecision("bfloat16", { vendor: "", flags: [] }).precision).toBe("bfloat16");
});
