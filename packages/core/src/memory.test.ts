import { startEngine } from "@segdistill/backend";
import { expect, test } from "vitest";
import type { CheckedMethod, Stage } from "./contract/index.js";
import type { Ready } from "./plan/prepare.js";
import { memoryGuard } from "./memory.js";
import { fit, fitting, thrownBy } from "./testing/small.js";

await startEngine();

const ready = (batchSize: number, more: Pick<Stage, "accumulate" | "recompute"> = {}): Ready =>
  ({ stage: { name: "distillation", data: { batchSize }, ...more } }) as Ready;
const text = (act: () => void): string => {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
};

test("by hand: a step above what is available is refused with the batch that would fit", () => {
  // 8 pictures of 1 GB, 1.3 of it in float32, and 0.15 GB beside: 10.55 GB; 5.25 GB hold 3 of 1.3 GB beside 0.15, and 4 without
  expect(text(() => memoryGuard(ready(8), "float32", 5.25e9).planned(8e9))).toBe(
    'stage "distillation": a step with a batch of 8 is estimated to take 10.6 GB, and 5.25 GB are available. A batch of 3 would fit: lower sample.batch, raise accumulate, or set recompute.',
  );
  expect(() => memoryGuard(ready(8), "float32", 5e9).planned(8e9)).toThrow(
    expect.objectContaining({ code: "core/too-little-memory", estimate: 8e9 * 1.3 + 150e6 }) as Error,
  );
  expect(text(() => memoryGuard(ready(8), "float32", 1e9).planned(8e9))).toContain(
    "Not even one picture would fit: lower sample.patch, set recompute, or take a smaller network.",
  );
  // who has set it is not told to
  const again = (available: number): string => text(() => memoryGuard(ready(8, { recompute: true }), "float32", available).planned(8e9));
  expect(again(5.25e9)).toContain("A batch of 3 would fit: lower sample.batch, or raise accumulate.");
  expect(again(1e9)).toContain("Not even one picture would fit: lower sample.patch, or take a smaller network.");
  expect(text(() => memoryGuard(ready(8), "float32", 1e8).planned(8e9))).toContain("Not even one picture would fit");
  // in two parts a step holds 4 pictures at a time, of 1.3 GB: two of them fit beside 0.15 GB
  expect(text(() => memoryGuard(ready(8, { accumulate: 2 }), "float32", 3e9).planned(4e9))).toContain("A batch of 4 would fit");
  for (const [precision, available] of [["float32", 10.6e9], ["bfloat16", 6.2e9]] as const) // prettier-ignore
    expect(text(() => memoryGuard(ready(8), precision, available).planned(8e9))).toBe("nothing was thrown");
});

test("TensorFlow's own refusal comes with the estimate; other failures come through", () => {
  const guard = memoryGuard(ready(8), "float32", 11e9);
  guard.planned(8e9);
  const said = Object.assign(new Error("[backend] out of memory in Conv2D: OOM when allocating a tensor of 2 GB."), {
    code: "backend/out-of-memory",
  });
  expect((guard.explained(said) as Error).message).toBe(
    'stage "distillation", batch of 8: [backend] out of memory in Conv2D: OOM when allocating a tensor of 2 GB. A step was estimated to take 10.6 GB. A batch of 4 would fit:' +
      " lower sample.batch, raise accumulate, or set recompute.",
  );
  const other = new Error("other");
  expect(guard.explained(other)).toBe(other);
});

test("TensorFlow's refusal in a step leaves the loop with the batch that would fit", async () => {
  const said = Object.assign(new Error("[backend] out of memory in Conv2D: OOM when allocating a tensor of 2 GB."), {
    code: "backend/out-of-memory",
  });
  const loss = (): never => {
    throw said;
  };
  const own: CheckedMethod = { name: "own", options: {}, wants: {}, build: () => ({ terms: [{ name: "t", loss }] }) };
  expect(await thrownBy([fitting({ methods: [fit(), own] })], { eager: true })).toEqual({
    code: "core/out-of-memory",
    exit: 2,
    left: 0,
    message:
      'stage "fitting", batch of 2: [backend] out of memory in Conv2D: OOM when allocating a tensor of 2 GB. A step was estimated to take an unknown amount. A batch of 1 would fit:' +
      " lower sample.batch, raise accumulate, or set recompute.",
  });
});

test("the loop asks before its first step", async () => {
  expect(await thrownBy([fitting()], { memoryBytes: 10 })).toMatchObject({ code: "core/too-little-memory", exit: 2, left: 0 });
});
