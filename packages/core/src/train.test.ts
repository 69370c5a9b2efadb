import { pbkdf2 } from "node:crypto";
import { add, mean, memory, mul, ones, reshape, squaredDifference, Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { describe, expect, test, vi } from "vitest";
import type { Batch, CheckedMethod, Data, Method, Network, Stage, Step, Wants } from "./contract/index.js";
import { notFinite, userError } from "./errors.js";
import { namedVariables } from "./keeping.js";
import { adam } from "./optimisers/adam.js";
import { sgd } from "./optimisers/sgd.js";
import { meanOver } from "./reductions.js";
import type { Run } from "./run.js";
import { poly } from "./schedules.js";
import { from, frozen, given, learns } from "./stages.js";
import { memoryStore, type Store } from "./store.js";
import { cases, fit, fitting, line, thrownBy } from "./testing/small.js";
import { train } from "./train.js";

await startEngine();

/** Everything that a checkpoint has to keep: noise, an opponent with an optimiser of its own, a mean measured every epoch. */
const rich = (): CheckedMethod => {
  const method: Method<"rich", { student: never }> = {
    name: "rich",
    options: {},
    wants: { student: [] },
    build: ({ scope }) => {
      const m = scope.module("m", (make) => ({ w: make.variable("w", [1], "ones") }));
      const k = scope.module("k", (make) => ({ s: make.state("s", [1], "zeros") }));
      return {
        terms: [
          {
            name: "noisy",
            loss: (step) => meanOver(squaredDifference(add(step.net.student.logits, k.s.value), step.noise.normal("shift", [2, 3, 2]))),
          },
        ],
        adversaries: [
          {
            name: "d",
            module: m,
            optimiser: adam({ rate: 0.1 }),
            loss: (step) => meanOver(squaredDifference(mul(step.net.student.logits, m.w as Tensor), 1)),
          },
        ],
        collect: [
          {
            into: k.s,
            when: "epoch",
            of: (step) => ({ sum: reshape(mean(step.net.student.logits, [1, 2, 3]), [-1, 1]), count: ones([2]) }),
          },
        ],
      };
    },
  };
  return method;
};
const goal = (more: Parameters<typeof fitting>[0] = {}) =>
  fitting({ methods: [fit(), rich()], steps: 9, optimiser: sgd({ rate: poly(0.1), momentum: 0.9 }), ...more });

const bytesOf = (network: Network<string>) => new Map([...namedVariables([network])].map(([name, v]) => [name, [...v.dataSync()]]));
/** Trains to the end: the student's bytes, and the outcome. */
async function finished(goals: Parameters<typeof train>[0], run: Partial<Run>) {
  const trained = await train(goals, { seed: 1, ...run });
  const out = { bytes: bytesOf(trained.network(goals.at(-1)!, "student")), outcome: trained.stages.at(-1)! };
  trained.dispose();
  return out;
}
/** What was recorded of every step, without times. */
const recordsOf = ({ steps }: ReturnType<typeof memoryStore>) =>
  steps.map(({ stage, record: { step, steps: all, epoch, terms, rate } }) => ({ stage, step, all, epoch, terms, rate }));
const eventsOf = ({ events }: ReturnType<typeof memoryStore>) => events.map(({ stage, event }) => ({ stage, ...event }));
/** A store that does something when a step is recorded. */
const watched = (store: Store, at: (step: number) => void): Store => ({
  ...store,
  step: (stage, record) => {
    store.step(stage, record);
    at(record.step);
  },
});

describe.each([true, false])("a run that is stopped and goes on (eager: %s)", (eager) => {
  // the last step's number is read after the loop, so a wish to stop that comes with it stops nothing
  test.each([0, 1, 2, 3, 6])("stopped while step %i is recorded: the same bytes, steps and events as an undisturbed run", async (when) => {
    // at the end of an epoch (of two batches) what is not read yet is read, and the collecting that comes then stops before its first batch
    const at = when % 2 === 1 ? when + 1 : when + 2;
    const undisturbed = memoryStore();
    const whole = await finished([goal()], { store: undisturbed, eager });
    const store = memoryStore();
    const stop = new AbortController();
    const stops = watched(store, (step) => {
      if (step === when) stop.abort();
    });
    expect(await thrownBy([goal()], { store: stops, eager, signal: stop.signal, checkpointSeconds: 1e6, behind: true })).toEqual({
      code: "core/interrupted",
      exit: 130,
      left: 0,
      message: `stopped at step ${at} of 9 of stage "fitting". A checkpoint is written; run the same command again to go on.`,
    });
    expect(recordsOf(store).map(({ step }) => step)).toEqual(Array.from({ length: at }, (_, i) => i));
    const resumed = await finished([goal()], { store, eager });
    expect(resumed.bytes).toEqual(whole.bytes);
    expect(resumed.outcome.seconds).toBeCloseTo(store.steps.reduce((sum, { record }) => sum + record.ms, 0) / 1000, 9);
    expect(recordsOf(store)).toEqual(recordsOf(undisturbed));
    expect(eventsOf(store)).toEqual([
      { stage: "fitting", event: "started", step: 0, steps: 9 },
      { stage: "fitting", event: "resumed", step: at, steps: 9 },
      { stage: "fitting", event: "finished", step: 9, steps: 9 },
    ]);
    expect(eventsOf(store).filter(({ event }) => event !== "resumed")).toEqual(eventsOf(undisturbed));
  });

  test("stopped before it began: one step, then a checkpoint", async () => {
    const store = memoryStore();
    expect(await thrownBy([goal()], { store, eager, signal: AbortSignal.abort() })).toMatchObject({
      message: 'stopped at step 1 of 9 of stage "fitting". A checkpoint is written; run the same command again to go on.',
    });
    expect(recordsOf(store).map(({ step }) => step)).toEqual([0]);
  });
});

test("the next batch is asked for while a step runs", async () => {
  // work before the step in the queue of the threads that it runs on: it cannot end before one piece of this has
  let ended: number | null = null;
  const busy = (): number => {
    ended = 0;
    for (let i = 0; i < Number(process.env["UV_THREADPOOL_SIZE"] ?? 4); i++)
      pbkdf2("", "", 20_000, 32, "sha256", () => (ended = (ended ?? 0) + 1));
    return 0.1;
  };
  const asked: (number | null)[] = [];
  const data = cases();
  const epoch: Data["epoch"] = async function* (...place) {
    const batches = data.epoch(...place)[Symbol.asyncIterator]();
    for (;;) {
      asked.push(ended);
      const batch = await batches.next();
      if (batch.done) return;
      yield batch.value;
    }
  };
  const optimiser = sgd({ rate: { describe: "busy", value: busy } });
  (await train([fitting({ data: { ...data, epoch }, optimiser, steps: 2 })], { seed: 1 })).dispose();
  // before the first step; while the first and while the second is under way
  expect(asked).toEqual([null, 0, 0]);
});

test("read behind or at once: the same bytes and records", async () => {
  const [behind, once] = [memoryStore(), memoryStore()];
  const [a, b] = [await finished([goal()], { store: behind, behind: true }), await finished([goal()], { store: once, behind: false })];
  expect(a.bytes).toEqual(b.bytes);
  expect(recordsOf(behind)).toEqual(recordsOf(once));
});

test.each([true, false])("waiting for what a step gave is time of that step and of its stage (read behind: %s)", async (behind) => {
  const data = vi.spyOn(Tensor.prototype, "data").mockImplementation(async function (this: Tensor) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    return this.dataSync() as never;
  });
  const store = memoryStore();
  const { outcome } = await finished([fitting({ steps: 3 })], { store, behind });
  data.mockRestore();
  expect(store.steps.map(({ record }) => record.ms).filter((ms) => ms > 35)).toHaveLength(3);
  expect(outcome.seconds).toBeGreaterThan(3 * 0.035);
});

test("a stage that is done is used again: no step, the same bytes and gates", async () => {
  const gated = goal({ methods: [fit(), gate("warn", () => false)] });
  const store = memoryStore();
  const first = await finished([gated], { store });
  const [steps, tensors] = [store.steps.length, memory().numTensors];
  const second = await finished([gated], { store });
  expect(second.bytes).toEqual(first.bytes);
  expect(store.steps.length).toBe(steps);
  expect(eventsOf(store).at(-1)).toEqual({ stage: "fitting", event: "reused", step: 9, steps: 9 });
  expect(second.outcome).toEqual({ ...first.outcome, reused: true });
  expect(first.outcome.reused).toBe(false);
  expect(memory().numTensors).toBe(tensors);
});

test("a network that starts from an earlier one goes on from its last values, state too; the earlier one stays as it was", async () => {
  const optimiser = sgd({ rate: 0.1 }); // remembers nothing, so that to go on is to train on
  // after eight steps the order of the pictures begins anew
  const first = fitting({ name: "first", steps: 8, optimiser });
  const next = (start: "fresh" | "earlier"): Stage => fitting({ nets: { student: learns(line(), { earlier: from(first, "student" as never), start }) }, steps: 3, optimiser }); // prettier-ignore
  const values = async (last: Stage, at = last): Promise<number[][]> => {
    const trained = await train([last], { seed: 1 });
    const found = [...bytesOf(trained.network(at, "student")).values()];
    trained.dispose();
    return found;
  };
  expect(await values(next("earlier"))).toEqual(await values({ ...first, steps: 11 }));
  expect(await values(next("fresh"))).toEqual(await values({ ...first, steps: 3 }));
  expect(await values(next("earlier"), first)).toEqual(await values(first));
});

test("weights of one's own are a teacher: its logits are theirs, and it stays as it was", async () => {
  const values = { w: { shape: [1, 2], data: Float32Array.of(2, -3) }, b: { shape: [2], data: Float32Array.of(0.5, 0) }, seen: { shape: [], data: Float32Array.of(7) } }; // prettier-ignore
  const weights = { fingerprint: "f", read: () => new Map(Object.entries(values)) };
  const own: CheckedMethod = {
    name: "own",
    options: {},
    wants: {},
    build: () => ({ terms: [{ name: "t", loss: (step: Step<Wants>) => meanOver(step.net["teacher"]!.logits) }] }),
  };
  const stage = fitting({ nets: { teacher: given(line("big"), weights), student: learns(line()) }, methods: [fit(), own], steps: 2 });
  const store = memoryStore();
  const trained = await train([stage], { seed: 1, store });
  expect([...bytesOf(trained.network(stage, "teacher")).values()]).toEqual([[2, -3], [0.5, 0], [7]]);
  trained.dispose();
  // logits of a pixel x are 2x + 0.5 and −3x: their mean over the first batch
  const pixels = await firstPixels(cases(), 1);
  expect(store.steps[0]!.record.terms["own/t"]!.raw).toBeCloseTo((0.5 - pixels.reduce((a, b) => a + b) / pixels.length) / 2, 5);
});

test("a stage that a method asks for may freeze a teacher of one's own", async () => {
  const values = { w: { shape: [1, 2], data: Float32Array.of(2, -3) }, b: { shape: [2], data: Float32Array.of(0.5, 0) }, seen: { shape: [], data: Float32Array.of(7) } }; // prettier-ignore
  const weights = { fingerprint: "f", read: () => new Map(Object.entries(values)) };
  const asks: Method<"asks", { teacher: never }> = {
    name: "asks",
    options: {},
    wants: { teacher: [] },
    stages: ({ trained }) => [
      fitting({
        name: "before",
        nets: { big: frozen(trained.teacher), student: learns(line("other")) },
        methods: [fit(), like()],
        steps: 2,
      }),
    ],
  };
  const like = (): CheckedMethod => ({ name: "like", options: {}, wants: {}, build: () => ({ terms: [{ name: "t", loss: (step: Step<Wants>) => meanOver(step.net["big"]!.logits) }] }) }); // prettier-ignore
  const stage = fitting({ nets: { teacher: given(line("big"), weights), student: learns(line()) }, methods: [fit(), asks], steps: 1 });
  const store = memoryStore();
  (await train([stage], { seed: 1, store })).dispose();
  expect(store.steps.map((step) => step.stage)).toEqual(["before", "before", "fitting"]);
  const pixels = await firstPixels(cases(), 1);
  expect(store.steps[0]!.record.terms["like/t"]!.raw).toBeCloseTo((0.5 - pixels.reduce((a, b) => a + b) / pixels.length) / 2, 5);
});

describe("a loss that is not a number", () => {
  // batches of epoch 0: a b, then c d
  const poisoned = (more = {}) => fitting({ data: cases({ nan: "d" }), steps: 9, ...more });

  test("stops within a step, names it, and leaves the checkpoint of before", async () => {
    const store = memoryStore();
    let calls = 0;
    const counted: CheckedMethod = { name: "count", options: {}, wants: {}, build: () => ({ terms: [{ name: "t", loss: (s: Step<Wants>) => (calls++, meanOver(s.labels)) }] }) }; // prettier-ignore
    const stage = poisoned({ methods: [fit(), counted] });
    expect(await thrownBy([stage], { store, checkpointSeconds: 0, eager: true })).toEqual({
      code: "core/not-finite",
      exit: 3,
      left: 0,
      message:
        '[fit/square] became NaN in step 1 of stage "fitting" (cases c, d): the picture of case "d" is NaN at value 0. The last good checkpoint is kept. Lower the rate or the term\'s weight, or clip the gradient.',
    });
    expect(calls).toBe(2);
    expect(recordsOf(store).map(({ step }) => step)).toEqual([0]);
    // what was saved is what a run on sound data is stopped with after the same step
    const sound = memoryStore();
    const key = await keyIn(store, stage);
    await thrownBy([fitting({ steps: 9, methods: [fit(), counted], data: { ...cases(), fingerprint: stage.data.fingerprint } })], { store: sound, eager: true, signal: AbortSignal.abort() }); // prettier-ignore
    const [saved, expected] = [await store.load("fitting", key), await sound.load("fitting", key)];
    expect(saved!.position).toEqual({ ...expected!.position, seconds: saved!.position.seconds });
    expect(saved!.position.step).toBe(1);
    expect(saved!.tensors).toEqual(expected!.tensors);
  });

  test.each([true, false])("is noticed when the next step is under way, where steps are read behind (eager: %s)", async (eager) => {
    const store = memoryStore();
    expect(await thrownBy([poisoned()], { store, checkpointSeconds: 1e6, eager, behind: true })).toMatchObject({
      code: "core/not-finite",
      left: 0,
    });
    expect(recordsOf(store).map(({ step }) => step)).toEqual([0]);
    expect(await store.load("fitting", await keyIn(store, poisoned()))).toBe(null);
  });

  test("in the middle of an epoch: of the step under way nothing is left or recorded", async () => {
    const store = memoryStore();
    expect(await thrownBy([fitting({ data: cases({ nan: "b" }) })], { store, eager: true })).toMatchObject({
      message:
        '[fit/square] became NaN in step 0 of stage "fitting" (cases a, b): the picture of case "b" is NaN at value 0. The last good checkpoint is kept. Lower the rate or the term\'s weight, or clip the gradient.',
      left: 0,
    });
    expect(recordsOf(store)).toEqual([]);
  });

  test("its message names the precision where that may be the cause", () => {
    expect(
      notFinite({
        term: "kd/kl",
        stage: "distilled",
        step: 7,
        value: Infinity,
        cases: ["a", "b"],
        precision: "bfloat16",
        where: "here",
        skipped: 2,
      }).message,
    ).toBe(
      '[kd/kl] became Infinity in step 7 of stage "distilled" (cases a, b): here. 2 steps were left out before. The last good checkpoint is kept. Lower the rate or the term\'s weight, or clip the gradient, or set precision: float32.',
    );
  });
});

/** A gate on the mean of the pictures. */
function gate(otherwise: "stop" | "warn", accept: (value: number) => boolean): CheckedMethod {
  const build = () => ({
    gates: [{ name: "bright", measure: (step: Step<Wants>) => meanOver(step.images), accept, otherwise }],
  });
  return { name: "own", options: {}, wants: {}, build };
}
async function firstPixels(data: Data, batches: number): Promise<number[]> {
  const out: number[] = [];
  for await (const batch of data.epoch(0, 1)) if (out.length < 12 * batches) out.push(...batch.images);
  return out;
}
/** The key under which a store was asked for a stage. */
async function keyIn(store: Store, stage: Parameters<typeof train>[0][number]): Promise<string> {
  let key = "";
  const asked: Store = { ...store, load: (name, k) => ((key = k), Promise.reject(new Error(`asked for ${name}`))) };
  await thrownBy([stage], { store: asked });
  return key;
}

describe("gates", () => {
  test("over nothing that counts are not passed, and a run that is not stopped by one goes on the next time", async () => {
    const nothing = (otherwise: "stop" | "warn"): CheckedMethod => {
      const build = () => ({
        gates: [
          { name: "none", measure: (step: Step<Wants>) => meanOver(step.images, mul(step.labelled, 0)), accept: () => true, otherwise },
        ],
      });
      return { name: "own", options: {}, wants: {}, build };
    };
    expect(await thrownBy([fitting({ methods: [fit(), nothing("stop")] })])).toMatchObject({ code: "core/gate" });
    const store = memoryStore();
    const stage = fitting({ methods: [fit(), nothing("warn")] });
    const [first, again] = [await finished([stage], { store }), await finished([stage], { store })];
    expect([first, again].map(({ outcome: { gates, reused } }) => ({ gates, reused }))).toEqual(
      [false, true].map((reused) => ({ gates: [{ name: "own/none", value: NaN, passed: false }], reused })),
    );
  });
  test("may be held against the others of their method, by name", async () => {
    const seen: unknown[] = [];
    const two = (name: string, factor: number): CheckedMethod => {
      const measure = (by: number) => (step: Step<Wants>) => meanOver(mul(step.images, by));
      const accept = (value: number, others: Readonly<Record<string, number>>) => (
        seen.push(others),
        Math.abs(value) < Math.abs(others["whole"]!)
      );
      const build = () => ({
        gates: [
          { name: "whole", measure: measure(factor), accept, otherwise: "warn" as const },
          { name: "half", measure: measure(factor / 2), accept, otherwise: "warn" as const },
        ],
      });
      return { name, options: {}, wants: {}, build };
    };
    const { outcome } = await finished([fitting({ methods: [fit(), two("own", 2), two("other", 4)] })], {});
    expect(outcome.gates.map(({ name, passed }) => [name, passed])).toEqual([
      ["own/whole", false],
      ["own/half", true],
      ["other/whole", false],
      ["other/half", true],
    ]);
    const values = outcome.gates.map(({ value }) => value);
    expect(seen.slice(0, 4)).toEqual([0, 0, 2, 2].map((i) => ({ whole: values[i], half: values[i + 1] })));
    expect(values[2]).toBeCloseTo(2 * values[0]!, 5);
  });
  test("measure over the whole data; one that stops ends the run before what depends on it", async () => {
    const values: number[] = [];
    const stage = fitting({ methods: [fit(), gate("stop", (value) => (values.push(value), false))] });
    const after = fitting({ name: "after", nets: { teacher: frozen(from(stage, "student" as never)), student: learns(line()) } });
    const pixels = await firstPixels(cases(), 2);
    const byHand = pixels.reduce((a, b) => a + b) / pixels.length;
    const store = memoryStore();
    expect(await thrownBy([after], { store })).toEqual({
      code: "core/gate",
      exit: 3,
      left: 0,
      message: `[own/bright] stage "fitting" ended at ${byHand.toPrecision(3)}, which is not accepted. Train it longer or loosen the gate.`,
    });
    expect(values[0]).toBeCloseTo(byHand, 6);
    expect(eventsOf(store)).toEqual([
      { stage: "fitting", event: "started", step: 0, steps: 5 },
      { stage: "fitting", event: "gate", gate: "own/bright", value: values[0], passed: false },
    ]);
  });

  test.each([true, false])("one that warns lets the run go on, and is told either way (passed: %s)", async (passed) => {
    const store = memoryStore();
    const { outcome } = await finished([fitting({ methods: [fit(), gate("warn", () => passed)] })], { store });
    expect(outcome.gates.map(({ name, passed: told }) => [name, told])).toEqual([["own/bright", passed]]);
    expect(eventsOf(store).map(({ event }) => event)).toEqual(["started", "gate", "finished"]);
  });
});

describe("epochs", () => {
  /** Counts what is opened and closed. */
  function counted(data = cases()): Data & { readonly open: () => number } {
    let open = 0;
    return {
      ...data,
      open: () => open,
      epoch: async function* (...args) {
        open++;
        try {
          yield* data.epoch(...args);
        } finally {
          open--;
        }
      },
    };
  }

  test.each([1, 4, 5])("%i steps end where they end, in the middle of an epoch too", async (steps) => {
    const [store, data] = [memoryStore(), counted()];
    await finished([fitting({ data, steps })], { store, eager: true });
    expect(recordsOf(store).map(({ step, epoch }) => [step, epoch])).toEqual([[0, 0], [1, 0], [2, 1], [3, 1], [4, 2]].slice(0, steps)); // prettier-ignore
    expect(data.open()).toBe(0);
  });

  test("batches are closed when a run is stopped or fails", async () => {
    const data = counted();
    await thrownBy([fitting({ data })], { eager: true, signal: AbortSignal.abort() });
    expect(data.open()).toBe(0);
    const poisoned = counted(cases({ nan: "b" }));
    await thrownBy([fitting({ data: poisoned })], { eager: true, checkpointSeconds: 0 });
    expect(poisoned.open()).toBe(0);
  });

  test("an error of the data ends the run as it is", async () => {
    const data: Data = {
      ...cases(),
      epoch: async function* (...args) {
        yield* cases().epoch(...args);
        throw new Error("the disk is gone");
      },
    };
    expect(await thrownBy([fitting({ data })])).toMatchObject({ message: "the disk is gone", left: 0 });
    // one step does not reach the end of the epoch; the gate's sweep does
    expect(await thrownBy([fitting({ data, steps: 1, methods: [fit(), gate("warn", () => true)] })])).toMatchObject({
      message: "the disk is gone",
      left: 0,
    });
  });
});

test("a disk that is full when a checkpoint is written ends the run; with space it goes on to the same bytes", async () => {
  const whole = await finished([goal()], {});
  const store = memoryStore();
  let saves = 0;
  const full = () => Promise.reject(userError("file/disk-full", "the disk is full"));
  const filling: Store = { ...store, save: (...args) => (++saves === 3 ? full() : store.save(...args)) };
  expect(await thrownBy([goal()], { store: filling, checkpointSeconds: 0 })).toMatchObject({ code: "file/disk-full", left: 0 });
  expect((await store.load("fitting", await keyIn(store, goal())))!.position.step).toBe(2);
  expect((await finished([goal()], { store })).bytes).toEqual(whole.bytes);
});

test("data whose epoch ends early is an error, not a run without end", async () => {
  const short: Data = { ...cases(), batchesPerEpoch: 3 };
  expect(await thrownBy([fitting({ data: short, steps: 9 })])).toEqual({
    code: "core/short-epoch",
    exit: 1,
    left: 0,
    message: 'stage "fitting": epoch 0 of the data ended after 2 batches, batchesPerEpoch says 3. Give as many in every epoch.',
  });
  const none: Data = {
    ...short,
    epoch: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true as const, value: undefined }) }) }),
  };
  expect(await thrownBy([fitting({ data: none, steps: 9 })])).toMatchObject({
    message: 'stage "fitting": epoch 0 of the data ended after 0 batches, batchesPerEpoch says 3. Give as many in every epoch.',
  });
});

test("a last batch that is smaller counts by its images, in every form of the step", async () => {
  const uneven: Data = {
    ...cases(),
    epoch: async function* (epoch, seed, first = 0) {
      const both: Batch[] = [];
      for await (const batch of cases().epoch(epoch, seed)) both.push(batch);
      const [one, two] = both as [Batch, Batch];
      const joined = { ...one, images: Float32Array.of(...one.images, ...two.images.slice(0, 6)), labels: Uint8Array.of(...one.labels, ...two.labels.slice(0, 6)), valid: new Uint8Array(18).fill(1), labelled: new Uint8Array(3).fill(1), cases: [...one.cases, two.cases[0]!], occurrences: [0, 0, 0] }; // prettier-ignore
      const single = { images: two.images.slice(6), labels: two.labels.slice(6), valid: two.valid.slice(6), labelled: two.labelled.slice(1), cases: [two.cases[1]!], occurrences: [0] }; // prettier-ignore
      yield* [joined, single].slice(first);
    },
  };
  const [compiled, eager, parts] = [
    await finished([fitting({ data: uneven, steps: 6 })], {}),
    await finished([fitting({ data: uneven, steps: 6 })], { eager: true }),
    await finished([fitting({ data: uneven, steps: 6, accumulate: 2 })], {}),
  ];
  for (const key of ["fitting/student/w", "fitting/student/b"])
    for (const other of [eager, parts]) other.bytes.get(key)!.forEach((x, i) => expect(x).toBeCloseTo(compiled.bytes.get(key)![i]!, 5));
});
