import { mean, memory, mul, ones, reshape, squaredDifference } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import type { Data, Method, Stage, Step, Validation, Wants } from "./contract/index.js";
import { meanOver } from "./reductions.js";
import { memoryStore } from "./store.js";
import { cases, fit, fitting, thrownBy } from "./testing/small.js";
import { changed, stoppingAt, trainedTo } from "./testing/trained.js";
import { train } from "./train.js";

await startEngine();

const held = changed(cases({ fingerprint: "held" }), (batch) => ({ images: batch.images.map((x) => x / 2) }));
const far = (step: Step<Wants>) => meanOver(squaredDifference(step.net["student"]!.logits, mul(step.labels, 2)), step.valid);
const nothing = (step: Step<Wants>) => meanOver(step.images, mul(step.labelled, 0));
const validation = (more: Partial<Validation> = {}): Validation => ({
  measure: { far, nothing },
  describe: { measure: ["far", "nothing"] },
  ...more,
});
// two batches an epoch
const goal = (more: Partial<Stage> = {}) => fitting({ steps: 9, held, validation: validation(), ...more });
const validationsOf = ({ events }: Awaited<ReturnType<typeof trainedTo>>) =>
  events.flatMap((event) => (event.event === "validation" ? [event] : []));
/** The distance of a finished student, by hand: logits = pixel·w + b, label 1 where sin > 0. */
async function byHand(values: ReadonlyMap<string, readonly number[]>): Promise<number> {
  const [w, b] = [values.get("fitting/student/w")!, values.get("fitting/student/b")!];
  let [sum, count] = [0, 0];
  for await (const { images, labels } of held.epoch(0, 1))
    images.forEach((x, i) => {
      for (const k of [0, 1]) sum += (x * w[k]! + b[k]! - 2 * Number(labels[i] === k)) ** 2;
      count += 2;
    });
  return sum / count;
}

test("is measured after every epoch and after the last update, on its own data, and changes no number", async () => {
  const found = await trainedTo(goal());
  const plain = await trainedTo(fitting({ steps: 9 }));
  expect(found.values).toEqual(plain.values);
  expect(validationsOf(found).map(({ step, epoch, best }) => ({ step, epoch, best }))).toEqual(
    [[2, 1], [4, 2], [6, 3], [8, 4], [9, 5]].map(([step, epoch]) => ({ step, epoch, best: false })), // prettier-ignore
  );
  for (const { step, values } of validationsOf(found)) {
    expect(values["far"]).toBeCloseTo(await byHand((await trainedTo(fitting({ steps: step }))).values), 5);
    expect(values["nothing"]).toBe(null);
  }
  expect(
    (await trainedTo(goal({ validation: validation({ every: 3 }) }))).events.flatMap((e) => (e.event === "validation" ? [e.step] : [])),
  ).toEqual([6, 9]);
});

test("can be asked for when all is trained, of a stage that has none too: the number of the loop's own, of the networks that it ended with", async () => {
  const choose = { by: "far", better: "higher", keep: "best" } as const; // the first epoch is the best
  for (const own of [undefined, validation(), validation({ choose })])
    for (const average of [undefined, 0.3]) {
      const stage = goal({ average, validation: own } as Partial<Stage>);
      const store = memoryStore();
      const trained = await train([stage], { seed: 1, store });
      const before = memory().numTensors;
      const found = await trained.measure(stage, { far, nothing });
      expect(memory().numTensors).toBe(before);
      expect(found["nothing"]).toBe(null);
      const told = await trainedTo(goal({ ...(average !== undefined && { average }) }));
      const looped = validationsOf(told).find(({ step }) => step === (own?.choose ? 2 : 9))!;
      expect(found).toEqual(looped.values);
      trained.dispose();
    }
});

test("asked for afterwards, it stops within a batch where that is asked for", async () => {
  const stop = new AbortController();
  const trained = await train([goal()], { seed: 1, signal: stop.signal });
  stop.abort();
  await expect(trained.measure(goal(), { far })).rejects.toMatchObject({ code: "core/interrupted", exit: 130 });
  trained.dispose();
});

describe("a choice by it", () => {
  // training brings the distance down, so by "higher" the first epoch is the best
  const first = { by: "far", better: "higher", keep: "best" } as const;

  test("ends with the best networks, not the last ones, where that is asked for", async () => {
    const tensors = memory().numTensors;
    const best = await trainedTo(goal({ validation: validation({ choose: first }) }));
    expect(best.values).toEqual((await trainedTo(fitting({ steps: 2 }))).values);
    expect([best.outcome.steps, best.outcome.bestStep, best.outcome.kept]).toEqual([9, 2, "best"]);
    expect(validationsOf(best).map((event) => event.best)).toEqual([true, false, false, false, false]);
    const last = await trainedTo(goal({ validation: validation({ choose: { ...first, keep: "last" } }) }));
    expect(last.values).toEqual((await trainedTo(fitting({ steps: 9 }))).values);
    expect([last.outcome.bestStep, last.outcome.kept]).toEqual([2, "last"]);
    expect((await trainedTo(goal())).outcome.kept).toBe(null);
    expect(memory().numTensors).toBe(tensors);
  });

  test("of the moving averages, where there are some", async () => {
    const averaged = await trainedTo(goal({ average: 0.3, validation: validation({ choose: first }) }));
    expect(averaged.values).toEqual((await trainedTo(fitting({ steps: 2, average: 0.3 }))).values);
    expect(averaged.outcome.bestStep).toBe(2);
  });

  test("ends the stage when its patience is over", async () => {
    const { outcome, values } = await trainedTo(goal({ validation: validation({ choose: { ...first, patience: 2 } }) }));
    expect([outcome.steps, outcome.bestStep]).toEqual([6, 2]);
    expect(values).toEqual((await trainedTo(fitting({ steps: 2 }))).values);
  });

  test.each([0, 1, 2, 3, 4])("stopped while step %i is recorded, it goes on as if nothing had been", async (when) => {
    const stage = goal({ validation: validation({ choose: { ...first, patience: 2 } }), average: 0.9 });
    const whole = await trainedTo(stage);
    const store = memoryStore();
    await thrownBy([stage], stoppingAt(when, store));
    const resumed = await trainedTo(stage, { store });
    expect(resumed.values).toEqual(whole.values);
    expect(resumed.outcome).toEqual({ ...whole.outcome, seconds: resumed.outcome.seconds });
    const told = (events: readonly { event: string }[]) => events.filter(({ event }) => event !== "resumed");
    expect(told(store.events.map(({ event }) => event))).toEqual(told(whole.events));
  });

  // of sweeps over data the second collects before step 2; the second validates after step 4, the sixth is that of the gates
  test.each([
    ["collecting", 2, 2],
    ["validating", 2, 4],
    ["measuring gates", 6, 9],
  ] as const)("stopped while %s: within a batch, and it goes on as if nothing had been", async (what, sweep, step) => {
    const stop = new AbortController();
    const yielded: string[] = [];
    let sweeps = 0;
    const stopping = (data: Data, is: (first: number | undefined) => boolean): Data => ({
      ...data,
      epoch: async function* (epoch, seed, at) {
        const now = is(at) && ++sweeps === sweep;
        if (now) stop.abort();
        for await (const batch of data.epoch(epoch, seed, at)) {
          if (now) yielded.push(batch.cases.join());
          yield batch;
        }
      },
    });
    const both: Method<"both", { student: never }> = {
      name: "both",
      options: {},
      wants: { student: [] },
      build: ({ scope }) => ({
        gates: [{ name: "bright", measure: (s) => meanOver(s.images), accept: () => true, otherwise: "warn" }],
        collect: [
          {
            into: scope.module("k", (make) => ({ s: make.state("s", [1], "zeros") })).s,
            when: "epoch",
            of: (s) => ({ sum: reshape(mean(s.net.student.logits, [1, 2, 3]), [-1, 1]), count: ones([2]) }),
          },
        ],
      }),
    };
    const stage = (own: Data, others: Data): Stage =>
      goal({ data: own, held: others, methods: [fit(), both as never], validation: validation({ choose: first }), average: 0.9 });
    const whole = await trainedTo(stage(cases(), held));
    const store = memoryStore();
    const collecting = what === "collecting";
    const stopped = stage(
      collecting ? stopping(cases(), (at) => at === undefined) : cases(),
      collecting ? held : stopping(held, () => true),
    );
    expect(await thrownBy([stopped], { store, signal: stop.signal, checkpointSeconds: 1e6 })).toEqual({
      code: "core/interrupted",
      exit: 130,
      left: 0,
      message: `stopped at step ${step} of 9 of stage "fitting". A checkpoint is written; run the same command again to go on.`,
    });
    expect(yielded).toHaveLength(1);
    const resumed = await trainedTo(stage(cases(), held), { store });
    expect(resumed.values).toEqual(whole.values);
    expect(resumed.outcome).toEqual({ ...whole.outcome, seconds: resumed.outcome.seconds });
    const told = (events: readonly { event: string }[]) => events.filter(({ event }) => event !== "resumed");
    expect(told(store.events.map(({ event }) => event))).toEqual(told(whole.events));
  });

  test.each([
    [{ choose: { ...first, by: "dice" } }, 'validation.choose.by is "dice". Expected one of far, nothing.'],
    [{ choose: { ...first, patience: 0 } }, "validation.choose.patience is 0. Expected a whole number from 1 on."],
    [{ every: 0 }, "validation.every is 0. Expected a whole number from 1 on."],
  ])("%j is refused", async (more, message) => {
    expect(await thrownBy([goal({ validation: validation(more) })])).toMatchObject({
      code: "core/option",
      message: `stage "fitting": ${message}`,
    });
  });
});

test("a validation without data of its own is refused", async () => {
  expect(await thrownBy([fitting({ validation: validation() })])).toMatchObject({
    message: 'stage "fitting": held is left out. Expected data that is not trained on, for its validation.',
  });
});

test("a gate is measured on the validation data", async () => {
  const gated = { name: "own", options: {}, wants: {}, build: () => ({ gates: [{ name: "bright", measure: (s: Step<Wants>) => meanOver(s.images), accept: () => true, otherwise: "warn" }] }) }; // prettier-ignore
  const pixels: number[] = [];
  for await (const batch of held.epoch(0, 1)) pixels.push(...batch.images);
  const { outcome } = await trainedTo(goal({ methods: [fit(), gated as never] }));
  expect(outcome.gates[0]!.value).toBeCloseTo(pixels.reduce((a, b) => a + b) / pixels.length, 6);
});

test("what was validated before a gate stopped the run is not validated again", async () => {
  const store = memoryStore();
  const gated = (accept: boolean) => ({ name: "own", options: {}, wants: {}, build: () => ({ gates: [{ name: "bright", measure: (s: Step<Wants>) => meanOver(s.images), accept: () => accept, otherwise: "stop" }] }) }); // prettier-ignore
  const stage = (accept: boolean) => goal({ steps: 4, methods: [fit(), gated(accept) as never] });
  expect(await thrownBy([stage(false)], { store })).toMatchObject({ code: "core/gate" });
  await trainedTo(stage(true), { store });
  expect(store.events.flatMap(({ event }) => (event.event === "validation" ? [event.step] : []))).toEqual([2, 4]);
});

test("a moving average is what is validated and what remains: by hand over four updates", async () => {
  const after = async (steps: number) => (await trainedTo(fitting({ steps: Math.max(1, steps), optimiser: goal().optimiser }))).values;
  const { values, events } = await trainedTo(goal({ steps: 4, average: 0.3 }));
  const all = [await firstValues()];
  for (const steps of [1, 2, 3, 4]) all.push(await after(steps));
  const names = [...values.keys()];
  let average = new Map(names.map((name) => [name, all[0]!.get(name)!]));
  for (let t = 0; t < 4; t++) {
    const d = Math.min(0.3, (1 + t) / (10 + t));
    average = new Map(names.map((name) => [name, average.get(name)!.map((x, i) => x + (1 - d) * (all[t + 1]!.get(name)![i]! - x))]));
  }
  for (const name of names) average.get(name)!.forEach((x, i) => expect(values.get(name)![i]).toBeCloseTo(x, 5));
  const told = events.findLast((event) => event.event === "validation")!;
  expect("values" in told && told.values["far"]).toBeCloseTo(await byHand(values), 5);
});
/** A line's first values: those of a stage that trains at a rate of next to nothing, state not moved. */
async function firstValues(): Promise<ReadonlyMap<string, readonly number[]>> {
  const { sgd } = await import("./optimisers/sgd.js");
  const { values } = await trainedTo(fitting({ steps: 1, optimiser: sgd({ rate: 0 }) }));
  return new Map([...values].map(([name, v]) => [name, name.endsWith("/seen") ? [0] : v]));
}
