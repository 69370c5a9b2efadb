import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSafetensors, type Results, type StoredTensor } from "@segdistill/core";
import { afterAll, expect, test } from "vitest";
import { compareScores } from "./compare-scores.js";
import { compareWeights, largestDifference } from "./compare-weights.js";
import { differing } from "./differing.js";
import { verdictOn, verdictText, type Verdict } from "./verdict.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-reproduce-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tensor = (shape: readonly number[], ...data: readonly number[]): StoredTensor => ({ shape, data: Float32Array.from(data) });
const weights = async (name: string, ...values: readonly number[]): Promise<string> => {
  const at = join(folder, name);
  mkdirSync(at, { recursive: true });
  await writeSafetensors(
    join(at, "weights.safetensors"),
    new Map([
      ["a/kernel", tensor([2, 1], ...values.slice(0, 2))],
      ["b/bias", tensor([3], ...values.slice(2))],
    ]),
  );
  return at;
};

test("weights: equal by their bytes, else the largest difference and where", async () => {
  const one = await weights("one", 1, 2, 3, 4, 5);
  const same = await weights("same", 1, 2, 3, 4, 5);
  const other = await weights("other", 1, 2.25, 3, 4, 4.5);
  expect(await compareWeights("distilled", one, same)).toEqual({ student: "distilled", equal: true });
  expect(await compareWeights("distilled", one, other)).toEqual({
    ...{ student: "distilled", equal: false, largest: { difference: 0.5, tensor: "b/bias" } },
  });
  const missing = { student: "distilled", equal: false, largest: null, reason: "its repetition has no such student" };
  expect(await compareWeights("distilled", one, join(folder, "none"))).toEqual(missing);
  mkdirSync(join(folder, "link"));
  symlinkSync("/dev/zero", join(folder, "link", "weights.safetensors"));
  expect(await compareWeights("distilled", one, join(folder, "link"))).toEqual(missing);
});

test("tensors that are not the same ones have no difference", () => {
  const of = (entries: Readonly<Record<string, StoredTensor>>) => new Map(Object.entries(entries));
  const one = of({ a: tensor([2, 3], 1, 2, 3, 4, 5, 6) });
  expect(largestDifference(one, of({ a: tensor([3, 2], 1, 2, 3, 4, 5, 6) }))).toEqual({
    ...{ largest: null, reason: 'tensor "a" has the shape 2 x 3 and 3 x 2' },
  });
  expect(largestDifference(one, of({ b: tensor([1], 1) }))).toEqual({ largest: null, reason: 'tensor "a" is in one of them only' });
  const nan = of({ a: tensor([2, 3], 1, 2, NaN, 4, 5, 6) });
  expect(largestDifference(one, nan)).toEqual({ largest: { difference: Infinity, tensor: "a" } });
  expect(largestDifference(nan, nan)).toEqual({ largest: null, reason: "the values are the same, the files are not" });
});

const environment: Results["environment"] = {
  ...{ schema: 1, date: "2026-01-01T00:00:00.000Z", node: "20.19.0", packages: { "@segdistill/core": "1.0.0+aaaaaaaaaaaa" } },
  ...{ os: { platform: "linux", release: "6", arch: "x64" }, cpu: { model: "EPYC", count: 4, flags: ["avx2"] }, memoryBytes: 1 },
  ...{ threads: 2, precision: { asked: "auto", chosen: "float32" }, tensorflow: "2.21.0", variables: {}, lockFile: null, gitCommit: null },
};
const results = (dice: readonly (number | null)[], changed: Partial<Results["environment"]> = {}): Results => ({
  ...{ schema: 1, name: "tiny", seed: 4, finished: "2026-01-01T00:00:00.000Z", config: "c".repeat(64), gains: [], stages: [] },
  data: { own: { fingerprint: "f".repeat(64), cases: 2, groups: 2, unseen: false } },
  models: {
    distilled: {
      ...{ parameters: 5, macs: 7, trainSeconds: 1 },
      domains: {
        own: {
          cases: dice.map((value, i) => ({ id: `c${i}`, group: "g", dice: value, iou: 0.5 })),
          mean: { dice: 0.5, iou: 0.5 },
          pooled: { dice: 0.25, iou: 0.5 },
        },
      },
    },
  },
  environment: { ...environment, ...changed },
});

test("scores: number for number, else the largest difference and of what", () => {
  const same = { model: "distilled", domain: "own" };
  expect(compareScores(results([0.5, 0.75]), results([0.5, 0.75]))).toEqual([
    { ...same, metric: "dice", equal: true },
    { ...same, metric: "iou", equal: true },
  ]);
  expect(compareScores(results([0.5, 0.75]), results([0.375, 0.5]))).toEqual([
    { ...same, metric: "dice", equal: false, largest: { difference: 0.25, of: "picture c1" } },
    { ...same, metric: "iou", equal: true },
  ]);
  expect(compareScores(results([0.5, null]), results([0.5, 0.75]))[0]!.largest).toEqual({ difference: null, of: "picture c1" });
  expect(compareScores(results([0.5]), { ...results([]), models: {} }).map(({ equal }) => equal)).toEqual([false, false]);
});

test("what of environment, data and configuration is not the same, old and new", () => {
  expect(differing(results([]), results([], { date: "2027-01-01T00:00:00.000Z", memoryBytes: 2 }))).toEqual([]);
  const other = results([], {
    ...{ node: "22.1.0", threads: 4, tensorflow: "2.22.0", variables: { OMP_NUM_THREADS: "1" }, gitCommit: "d".repeat(40) },
    ...{ packages: { "@segdistill/core": "1.0.0+bbbbbbbbbbbb", mine: "2.0.0" }, precision: { asked: "auto", chosen: "bfloat16" } },
    ...{ notBitExact: ["threads 2 → 4"] },
  });
  const data = { own: { ...other.data["own"]!, fingerprint: "e".repeat(64) } };
  expect(differing(results([]), { ...other, data })).toEqual([
    "data own ffffffffffff → eeeeeeeeeeee",
    "threads 2 → 4",
    "TensorFlow 2.21.0 → 2.22.0",
    "precision float32 → bfloat16",
    "@segdistill/core 1.0.0+aaaaaaaaaaaa → 1.0.0+bbbbbbbbbbbb",
    "mine none → 2.0.0",
    "variable OMP_NUM_THREADS none → 1",
    "Node 20.19.0 → 22.1.0",
    "git commit none → dddddddddddd",
    "its repetition went on after a change: threads 2 → 4",
  ]);
});

test("the verdict in words: equal, different for a reason, different for none that is known", async () => {
  for (const [run, values] of [
    ["a", [1, 2, 3, 4, 5]],
    ["c", [1, 2.25, 3, 4, 5]],
  ] as const)
    await weights(`${run}/students/distilled`, ...values);
  cpSync(join(folder, "a"), join(folder, "b"), { recursive: true });
  const verdict = async (other: string, here: Results): Promise<Verdict> => ({
    ...(await verdictOn([join(folder, "a"), results([0.5, 0.75])], [join(folder, other), here])),
    ...{ run: "runs/a", reproduced: "runs/a-reproduced" },
  });
  const equal = await verdict("b", results([0.5, 0.75], { node: "22.1.0" }));
  expect(equal.equal).toBe(true);
  expect(verdictText(equal)).toBe(`students/distilled/weights.safetensors  equal, byte for byte
scores of distilled on own  equal, number for number (dice, iou)

runs/a-reproduced repeats runs/a exactly: the bytes of all weights and all scores are equal.

What is not the same, and made no difference:
  Node 20.19.0 → 22.1.0
`);
  const other = await verdict("c", results([0.5, 0.5], { threads: 1 }));
  expect(other.equal).toBe(false);
  expect(verdictText(other)).toBe(`students/distilled/weights.safetensors  differ by up to 0.250 (a/kernel)
scores of distilled on own  dice differs by up to 0.250 (picture c1)

runs/a-reproduced does not repeat runs/a exactly.

What is not the same:
  threads 2 → 1
`);
  const unknown = await verdict("c", results([0.5, 0.75]));
  expect(unknown.equal).toBe(false);
  expect(verdictText(unknown)).toBe(`students/distilled/weights.safetensors  differ by up to 0.250 (a/kernel)
scores of distilled on own  equal, number for number (dice, iou)

runs/a-reproduced does not repeat runs/a exactly.

Configuration, data, code and machine are recorded as the same; what made the difference is not known.
`);
  expect((await verdict("b", results([0.5, 0.5]))).equal).toBe(false);
});
