import { startEngine } from "@segdistill/backend";
import { hasBfloat16 } from "@segdistill/backend/library";
import { adam, learns, memoryStore, stage, train, type Values } from "@segdistill/core";
import { beforeAll, expect, test } from "vitest";
import { discs } from "./discs.js";
import { tinyUNet } from "./networks.js";
import { supervised } from "./supervised-and-kd.js";

beforeAll(async () => void (await startEngine()));

const native = hasBfloat16();
const alone = (steps: number, rate: number) =>
  stage({
    name: "alone",
    nets: { student: learns(tinyUNet({ name: "student", width: 8, depth: 2 })) },
    methods: [supervised()],
    optimiser: adam({ rate }),
    steps,
    data: discs(),
  });

/** Trains four steps in bfloat16 and gives all that a checkpoint holds after the third. */
async function threeSteps(): Promise<ReadonlyMap<string, Values>> {
  const store = memoryStore();
  let saved: ReadonlyMap<string, Values> = new Map();
  const kept = {
    ...store,
    save: (...args: Parameters<typeof store.save>) => (args[2].step === 3 && (saved = args[3]), store.save(...args)),
  };
  (await train([alone(4, 1e-3)], { seed: 1, store: kept, precision: "bfloat16", checkpointSeconds: 0 })).dispose();
  return saved;
}

/** The share of numbers, zeros apart, that a bfloat16 holds whole: their low 16 bits are 0. */
function coarse(tensors: readonly Values[]): number {
  const bits = tensors.flatMap(({ data }) => [...new Uint32Array(data.buffer, data.byteOffset, data.length)]).filter((b) => b !== 0);
  return bits.filter((b) => (b & 0xffff) === 0).length / bits.length;
}

test("in bfloat16 the loop's weights and moments keep all bits of float32", async () => {
  if (!native) {
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

test("in bfloat16 too the same seed gives the same bytes, twice and after a resume", async ({ skip }) => {
  skip(!native, "this processor has neither avx512_bf16 nor amx_bf16");
  /** Six steps, asked to stop while the step is recorded: weights as bytes, and how many steps were recorded in all. */
  const six = async (stopAt?: number): Promise<readonly [Record<string, string>, number]> => {
    const store = memoryStore();
    const stop = new AbortController();
    const step: typeof store.step = (name, record) => {
      store.step(name, record);
      if (record.step === stopAt) stop.abort();
    };
    const goal = alone(6, 1e-3);
    const run = { seed: 1, precision: "bfloat16" } as const;
    if (stopAt !== undefined)
      await expect(train([goal], { ...run, store: { ...store, step }, signal: stop.signal })).rejects.toMatchObject({
        code: "core/interrupted",
      });
    const trained = await train([goal], { ...run, store });
    const { variables, state } = trained.network(goal as never, "student");
    const bytes = Object.entries({ ...variables, ...state }).map(
      ([name, v]) => [name, Buffer.from(v.dataSync().slice().buffer).toString("hex")] as const,
    );
    trained.dispose();
    return [Object.fromEntries(bytes), store.steps.length];
  };
  const whole = await six();
  expect(Object.keys(whole[0]).length).toBeGreaterThan(10);
  expect(await six()).toEqual(whole);
  expect(await six(2)).toEqual(whole);
  expect(whole[1]).toBe(6);
});

test("float32 and bfloat16: loss curves of a small U-Net over 100 steps agree within 2 %", async () => {
  if (!native) {
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
    (await train([alone(100, 3e-3)], { seed: 1, store: store as never, precision })).dispose();
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
