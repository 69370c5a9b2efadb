import { add, log, memory, mul, sqrt, sub, type Tensor } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import type { Batch, CheckedMethod, Data, Stage, Step, Wants } from "./contract/index.js";
import { adam } from "./optimisers/adam.js";
import { clip } from "./optimisers/clip.js";
import { sgd } from "./optimisers/sgd.js";
import { meanOver } from "./reductions.js";
import { given, learns } from "./stages.js";
import { memoryStore } from "./store.js";
import { cases, fit, fitting, line, thrownBy } from "./testing/small.js";
import { changed, stoppingAt, trainedTo } from "./testing/trained.js";

await startEngine();

const momentum = sgd({ rate: 0.1, momentum: 0.9 });
const optimisers = [momentum, clip({ norm: 1 }, adam({ rate: 0.1 }))];
/** Every epoch has one batch with case "d", which is not a number: batches 1, 3, 4, 6, 9, … */
const poisoned = (more: Partial<Stage> = {}) =>
  fitting({ data: cases({ nan: "d" }), steps: 9, optimiser: momentum, nonFinite: { skip: 9 }, ...more });
/** The other batches alone, one an epoch. */
const sound: Data = {
  ...cases(),
  batchesPerEpoch: 1,
  epoch: async function* (epoch, seed) {
    const found: Batch[] = [];
    for await (const batch of cases().epoch(epoch, seed)) if (!batch.cases.includes("d")) found.push(batch);
    yield found[0]!;
  },
};

describe.each([true, false])("a step that is not finite (eager: %s)", (eager) => {
  test.each(optimisers)(
    "is taken back where the stage says so: weights, state, averages and what %j remembers are as if it had not been",
    async (optimiser) => {
      const tensors = memory().numTensors;
      const found = await trainedTo(poisoned({ optimiser, average: 0.5 }), { eager });
      const skips = found.events.flatMap((event) => (event.event === "skipped" ? [event] : []));
      expect(skips.map(({ step, term, cases: ids }) => ({ step, term, ids }))).toEqual([
        { step: 1, term: "fit/square", ids: ["c", "d"] },
        { step: 3, term: "fit/square", ids: ["d", "a"] },
        { step: 4, term: "fit/square", ids: ["c", "d"] },
        { step: 6, term: "fit/square", ids: ["d", "a"] },
      ]);
      expect(found.records.map(({ step }) => step)).toEqual([0, 2, 5, 7, 8]);
      expect(found.outcome.skipped).toBe(4);
      const without = await trainedTo(fitting({ data: sound, steps: 5, optimiser, average: 0.5 }), { eager });
      expect(found.values).toEqual(without.values);
      expect(memory().numTensors).toBe(tensors);
    },
  );

  test("is taken back too where only a term is to blame, and finding out why leaves no trace", async () => {
    const logarithm: CheckedMethod = { name: "own", options: {}, wants: {}, build: () => ({ terms: [{ name: "t", loss: (step: Step<Wants>) => meanOver(log(step.labelled)) }] }) }; // prettier-ignore
    // "d" has no label, and fit counts the others: every number but this term's is finite
    const data = changed(cases(), (batch) => ({ labelled: Uint8Array.from(batch.cases, (id) => Number(id !== "d")) }));
    const found = await trainedTo(poisoned({ data, methods: [fit(), logarithm] }), { eager });
    expect(found.outcome.skipped).toBe(4);
    expect(found.events.flatMap((event) => (event.event === "skipped" ? [event.where] : []))[0]).toBe(
      `first -Infinity in Log [2], after "fitting/student/b" was read`,
    );
    expect(found.values).toEqual((await trainedTo(fitting({ data: sound, steps: 5, optimiser: momentum }), { eager })).values);
  });

  test("ends the stage where it happens more often than that", async () => {
    const store = memoryStore();
    expect(await thrownBy([poisoned({ nonFinite: { skip: 2 } })], { eager, store })).toEqual({
      code: "core/not-finite",
      exit: 3,
      left: 0,
      message:
        '[fit/square] became NaN in step 4 of stage "fitting" (cases c, d): the picture of case "d" is NaN at value 0. 2 steps were left out before. The last good' +
        " checkpoint is kept. Lower the rate or the term's weight, or clip the gradient.",
    });
    expect(store.events.map(({ event }) => event.event)).toEqual(["started", "skipped", "skipped", "not-finite"]);
    // what is stored says it too: the term, the step, the cases and where it came from
    expect(store.events.at(-1)!.event).toEqual({
      ...{ event: "not-finite", step: 4, term: "fit/square", cases: ["c", "d"] },
      where: 'the picture of case "d" is NaN at value 0',
    });
  });
});

test.each([0, 2, 5])("stopped while step %i is recorded: what was taken back counts on", async (when) => {
  const store = memoryStore();
  await thrownBy([poisoned()], stoppingAt(when, store));
  const [resumed, whole] = [await trainedTo(poisoned(), { store }), await trainedTo(poisoned())];
  expect(resumed.values).toEqual(whole.values);
  expect(resumed.outcome.skipped).toBe(4);
});

describe("where it came up first is told", () => {
  const message = async (loss: (step: Step<Wants>) => Tensor, more: Partial<Stage> = {}) => {
    const own: CheckedMethod = {
      name: "own",
      options: {},
      wants: {},
      build: () => ({ terms: [{ name: "t", loss: (step: Step<Wants>) => meanOver(loss(step)) }] }),
    };
    return (await thrownBy([fitting({ methods: [fit(), own], steps: 3, ...more })])).message;
  };
  const advice = " The last good checkpoint is kept. Lower the rate or the term's weight, or clip the gradient.";

  test("in an operator, with the layer that was read last", async () => {
    expect(await message((step) => sqrt(sub(mul(step.net["student"]!.logits, 0), 1)))).toBe(
      `[own/t] became NaN in step 0 of stage "fitting" (cases a, b): first NaN in Sqrt [2, 2, 3, 2], after "fitting/student/b" was read.${advice}`,
    );
  });

  test("in the gradient, though every loss is finite", async () => {
    expect(await message((step) => sqrt(mul(step.net["student"]!.logits, 0)))).toBe(
      `[gradient] became NaN in step 0 of stage "fitting" (cases a, b): first -Infinity in RealDiv [2, 2, 3, 2], after "fitting/student/b" was read.${advice}`,
    );
  });

  test("in the update before", async () => {
    expect(await message((step) => step.net["student"]!.logits, { optimiser: sgd({ rate: 1e39 }) })).toBe(
      '[fit/square] became NaN in step 1 of stage "fitting" (cases c, d): variable "fitting/student/w" is not finite before the step: the update before it was too large.' +
        advice,
    );
  });

  test("before the stage began", async () => {
    const values = { w: { shape: [1, 2], data: Float32Array.of(2, NaN) }, b: { shape: [2], data: Float32Array.of(0.5, 0) }, seen: { shape: [], data: Float32Array.of(7) } }; // prettier-ignore
    const weights = { fingerprint: "f", read: () => new Map(Object.entries(values)) };
    const nets = { teacher: given(line("big"), weights), student: learns(line()) };
    expect(await message((step) => step.net["teacher"]!.logits, { nets })).toBe(
      `[own/t] became NaN in step 0 of stage "fitting" (cases a, b): variable "fitting/teacher/w" is not finite before the step: it is frozen here, so it came so from an earlier stage or a file.${advice}`,
    );
  });

  test("not, where the step cannot run op by op; what went wrong is told all the same", async () => {
    const { whereNotFinite } = await import("./diagnosis.js");
    const first = (await cases().epoch(0, 1)[Symbol.asyncIterator]().next()).value as Batch;
    const where = await whereNotFinite({ trained: [], adversaries: [] }, new Map(), first, () => ({}) as never, () => Promise.reject(new Error("out of memory"))); // prettier-ignore
    expect(where).toBe("where it came up first was not found, for the step cannot run op by op (out of memory)");
  });

  test("nowhere, where op by op every number is finite", async () => {
    const { whereNotFinite } = await import("./diagnosis.js");
    const first = (await cases().epoch(0, 1)[Symbol.asyncIterator]().next()).value as Batch;
    const where = await whereNotFinite({ trained: [], adversaries: [] }, new Map(), first, () => ({}) as never, () => Promise.resolve([add(1, 1)])); // prettier-ignore
    expect(where).toBe("op by op in float32 every number is finite");
  });
});

test("a number of steps that is none is refused", async () => {
  expect(await thrownBy([poisoned({ nonFinite: { skip: 0 } })])).toMatchObject({
    message: 'stage "fitting": nonFinite.skip is 0. Expected a whole number from 1 on.',
  });
});
