import { existsSync, readFileSync } from "node:fs";
import { startEngine } from "@segdistill/backend";
import { adam, learns, memoryStore, stage, train, type Values } from "@segdistill/core";
import { beforeAll, expect, test } from "vitest";
import { discs } from "./discs.js";
import { tinyUNet } from "./networks.js";
import { supervised } from "./supervised-and-kd.js";

beforeAll(async () => void (await startEngine()));

/** Trains four steps in bfloat16 and gives all that a checkpoint holds after the third. */
async function threeSteps(): Promise<ReadonlyMap<string, Values>> {
  const store = memoryStore();
  let saved: ReadonlyMap<string, Values> = new Map();
  const kept = {
    ...store,
    save: (...args: Parameters<typeof store.save>) => (args[2].step === 3 && (saved = args[3]), store.save(...args)),
  };
  const network = tinyUNet({ name: "student", width: 8, depth: 2 });
  const alone = stage({
    name: "alone",
    nets: { student: learns(network) },
    methods: [supervised()],
    optimiser: adam({ rate: 1e-3 }),
    steps: 4,
    data: discs(),
  });
  (await train([alone], { seed: 1, store: kept, precision: "bfloat16", checkpointSeconds: 0 })).dispose();
  return saved;
}

/** The share of numbers, zeros apart, that a bfloat16 holds whole: their low 16 bits are 0. */
function coarse(tensors: readonly Values[]): number {
  const bits = tensors.flatMap(({ data }) => [...new Uint32Array(data.buffer, data.byteOffset, data.length)]).filter((b) => b !== 0);
  return bits.filter((b) => (b & 0xffff) === 0).length / bits.length;
}

test("in bfloat16 the loop's weights and moments keep all bits of float32", async () => {
  const flags = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  if (!/avx512_bf16|amx_bf16/.test(flags)) {
    // another processor says so in our words, or computes in float32
    const found = await threeSteps().catch((e: unknown) => (e as Error).message);
    if (typeof found === "string") expect(found).toMatch(/this CPU cannot compute convolutions in bfloat16 .*Set precision: float32\.$/);
    else expect(coarse([...found.values()])).toBeLessThan(0.05);
    return;
  }
  const saved = await threeSteps();
  const kernels = (prefix: string) =>
    [...saved].filter(([name]) => name.startsWith(prefix) && name.endsWith("kernel")).map(([, values]) => values);
  for (const prefix of ["alone/", "optimiser/0/", "optimiser/1/"]) {
    expect(kernels(prefix).length).toBeGreaterThan(4);
    expect(coarse(kernels(prefix)), prefix).toBeLessThan(0.01);
  }
});

test("float32 and bfloat16: loss curves of a small U-Net over 100 steps agree within 2 %", async () => {
  const flags = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  if (!/avx512_bf16|amx_bf16/.test(flags)) {
    console.log("skipped: this processor has neither avx512_bf16 nor amx_bf16");
    return;
  }
  /** Means of ten losses each, of a run of 100 steps. */
  const curve = async (precision: "float32" | "bfloat16"): Promise<number[]> => {
    const losses: number[] = [];
    const store = {
      ...memoryStore(),
      step: (_: string, { terms }: { readonly terms: Readonly<Record<string, { readonly raw: number }>> }) =>
        void losses.push(Object.values(terms)[0]!.raw),
    };
    const alone = stage({
      name: "alone",
      nets: { student: learns(tinyUNet({ name: "student", width: 8, depth: 2 })) },
      methods: [supervised()],
      optimiser: adam({ rate: 3e-3 }),
      steps: 100,
      data: discs(),
    });
    (await train([alone], { seed: 1, store: store as never, precision })).dispose();
    expect(losses).toHaveLength(100);
    return Array.from({ length: 10 }, (_, k) => losses.slice(10 * k, 10 * k + 10).reduce((a, b) => a + b, 0) / 10);
  };
  const [full, half] = [await curve("float32"), await curve("bfloat16")];
  const apart = full.map((loss, i) => Math.abs(half[i]! / loss - 1));
  console.log(`float32 ${full.map((v) => v.toFixed(4)).join(" ")}; bfloat16 apart by at most ${(100 * Math.max(...apart)).toFixed(2)} %`);
  expect(full[9]).toBeLessThan(0.7 * full[0]!); // it does learn
  expect(half).not.toEqual(full); // and it is another arithmetic
  expect(Math.max(...apart)).toBeLessThan(0.02);
});
