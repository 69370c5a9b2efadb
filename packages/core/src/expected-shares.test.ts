import { mul, square, tensor1d, zeros, type Tensor1D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { describe, expect, test } from "vitest";
import type { Balancer, Data, ExpectedShare, Method, Schedule, Stage, Step, Term } from "./contract/index.js";
import { sgd } from "./optimisers/sgd.js";
import { plan } from "./plan/plan.js";
import { meanOver } from "./reductions.js";
import { during, rampUp } from "./schedules.js";
import { memoryStore, type StageEvent } from "./store.js";
import { cases, fit, fitting, thrownBy } from "./testing/small.js";
import { changed, stoppingAt, trainedTo } from "./testing/trained.js";
import { together } from "./together.js";
import { weigh } from "./weigh.js";

await startEngine();

/** Batches whose pixels all are of one value, in the first epoch these; later ones would change every share. */
const pixels = (values: readonly number[] = [1, -3]): Data => {
  const data = { ...cases(), batchesPerEpoch: values.length };
  return {
    ...data,
    epoch: async function* (epoch, seed, first = 0) {
      for await (const batch of data.epoch(0, seed)) {
        for (const value of values.slice(first)) yield { ...batch, images: batch.images.map(() => (epoch === 0 ? value : 100)) };
        return;
      }
    },
  };
};
type Reads = Step<{ student: never }>;
const method = (name: string, ...terms: readonly Term<Reads>[]): Method<string, { student: never }> => ({
  ...{ name, options: {}, wants: { student: [] } },
  build: () => ({ terms }),
});
/** Σ x² = 10 over the first epoch. */
const labels = (more: Partial<Term<Reads>> = {}) =>
  method("supervised", { name: "ce", loss: ({ images, valid }) => meanOver(square(images), valid), ...more });
const tenth: ExpectedShare = { of: "ce", least: 0.1, most: 0.5, option: "lambda" };
/** x/4, so Σ |x/4| = 1 and Σ x/4 = −1/2: a tenth of the other at weight 1. */
const quarter = (weight: number | Schedule = 1, expected = tenth) =>
  method("own", { name: "t", weight, expected, loss: ({ images, valid }) => meanOver(mul(images, 0.25), valid) });

const stageOf = (methods: readonly Method<string, { student: never }>[], more: Partial<Stage> = {}): Stage =>
  fitting({ methods: [fit(), ...methods] as never, data: pixels(), steps: 6, optimiser: sgd({ rate: 0 }), ...more });
const gatesIn = (events: readonly StageEvent[]) => events.filter(({ event }) => event === "gate");
const sharesFound = async (...of: Parameters<typeof stageOf>) => (await trainedTo(stageOf(...of))).outcome.gates;
const shareOf = async (...of: Parameters<typeof stageOf>): Promise<number> => (await sharesFound(...of))[0]!.value;

describe("a share that is expected", () => {
  test("is Σ |value| over the first epoch times the weight, over the same of the other", async () => {
    expect(await sharesFound([labels(), quarter()])).toEqual([{ name: "own/t/share", value: 0.1, passed: true }]);
    expect(await sharesFound([quarter(5), labels()])).toEqual([{ name: "own/t/share", value: 0.5, passed: true }]);
    expect(await shareOf([labels({ weight: 0.5 }), quarter()])).toBe(0.2);
  });

  test("that is not so is warned of: who, how much, how much was expected, what to do", async () => {
    const warning = (of: string, full: string, found: string, remedy: string) =>
      `[${of}/t] over the first epoch its value at full weight (${full}) was ${found} of that of supervised/ce. Expected 10 % to 50 %. ${remedy}`;
    const raise =
      'Raise its weight, option "lambda" of own; but first see what it has of the gradient, in the report of a run with --inspect gradients: a small value may pull hard.';
    const lower =
      'Lower its weight, option "lambda" of all/own; with --inspect gradients the report says what each term has of loss and gradient.';
    const [low] = await sharesFound([labels(), quarter(0.0625)]);
    expect(low).toEqual({ name: "own/t/share", value: 0.00625, passed: false, warning: warning("own", "0.0625", "0.625 %", raise) });
    const [high] = await sharesFound([labels(), weigh(2, together("all", quarter(8)))]);
    expect(high).toEqual({ name: "all/own/t/share", value: 1.6, passed: false, warning: warning("all/own", "16", "160 %", lower) });
  });

  test.each([false, true])("is told once, after the first epoch's last step (read one step late: %s)", async (behind) => {
    const store = memoryStore();
    const order: string[] = [];
    const told = { ...store, step: (_: string, { step }: { step: number }) => void order.push(`step ${step}`), tell: (_: string, { event }: StageEvent) => void order.push(event) }; // prettier-ignore
    await trainedTo(stageOf([labels(), quarter()], { steps: 4 }), { store: told, behind });
    expect(order).toEqual(["started", "step 0", "step 1", "gate", "step 2", "step 3", "finished"]);
  });

  test("is one of full weight, the largest that a schedule reaches in the stage, for both", async () => {
    expect(await shareOf([labels(), quarter(rampUp({ epochs: 2, to: 3 }))])).toBeCloseTo(0.3, 12); // recorded: 0 and 0.75
    expect(await shareOf([labels(), quarter(rampUp({ epochs: 2 }))], { steps: 3 })).toBe(0.05); // ends at half of it
    expect(await shareOf([labels(), quarter(during({ epochs: [2] }))])).toBe(0.1);
    expect(await shareOf([labels(), quarter(during({ epochs: [0, 1] }))])).toBe(0.1);
    expect(await shareOf([labels({ weight: rampUp({ epochs: 1, to: 0.25 }) }), quarter()])).toBe(0.4);
  });

  test("has a balancer's factors in it", async () => {
    const balance: Balancer = {
      describe: "by hand",
      build: () => ({ trains: [], factors: () => tensor1d([1, 2, 8]), penalties: () => zeros([3]) as Tensor1D }),
    };
    expect(await shareOf([labels(), quarter()], { balance })).toBe(0.4);
  });

  test("leaves out steps that were taken back, the first epoch's last one too", async () => {
    const nonFinite = { skip: 9 };
    expect(await shareOf([labels(), quarter()], { nonFinite, data: pixels([1, NaN]) })).toBe(0.25);
    expect(await shareOf([labels(), quarter()], { nonFinite, data: pixels([NaN, -3]) })).toBeCloseTo(0.75 / 9, 12);
  });

  test("is not looked at without the other term, where that is 0, or without a whole first epoch", async () => {
    const without = { least: 0, most: 1, option: "o" };
    expect(await sharesFound([quarter()])).toEqual([]);
    expect(await sharesFound([labels({ name: "force" }), quarter()])).toEqual([]); // ends in "ce", and is another name
    expect(await sharesFound([labels(), quarter(1, { ...without, of: "other" })])).toEqual([]);
    const noPixel = changed(pixels(), ({ valid }) => ({ valid: valid.map(() => 0) }));
    expect(await sharesFound([labels(), quarter()], { data: noPixel })).toEqual([]);
    expect(await sharesFound([labels(), quarter()], { steps: 1 })).toEqual([]);
    expect(await sharesFound([labels(), quarter()], { steps: 2 })).toHaveLength(1);
    expect(await sharesFound([labels(), method("own", { name: "t", loss: ({ images }) => meanOver(images) })])).toEqual([]);
  });
});

describe.each([false, true])("a stage that was stopped (read one step late: %s)", (behind) => {
  const stopped = async (when: number) => {
    const store = memoryStore();
    const stage = stageOf([labels(), quarter()], { data: pixels([1, -1, -2, 2]), steps: 7 }); // 1.5 of 10
    await thrownBy([stage], { ...stoppingAt(when, store), behind });
    const before = gatesIn(store.events.map(({ event }) => event)).length;
    const resumed = await trainedTo(stage, { store, behind });
    const again = await trainedTo(stage, { store, behind });
    return {
      before,
      told: gatesIn(store.events.map(({ event }) => event)),
      found: [resumed, again].map(({ outcome: { gates, reused } }) => ({ gates, reused })),
    };
  };
  const share = { value: 0.15, passed: true };
  const told = [{ event: "gate", gate: "own/t/share", ...share }];
  const found = [false, true].map((reused) => ({ gates: [{ name: "own/t/share", ...share }], reused }));

  test.each([0, 1])("within the first epoch, at step %i, sums on from its checkpoint and tells once", async (when) => {
    expect(await stopped(when)).toEqual({ before: 0, told, found });
  });

  test("after it does not tell again and knows what it was; one that is done knows too", async () => {
    expect(await stopped(4)).toEqual({ before: 1, told, found });
  });
});

test("a plan has it among the gates that warn", () => {
  const surroundings = { seed: 1, precision: "float32", code: null };
  const of = (stage: Stage) => plan([stage], surroundings)[0]!.gates;
  expect(of(stageOf([labels(), quarter()]))).toEqual([{ name: "own/t/share", otherwise: "warn" }]);
  expect(of(stageOf([labels(), quarter()], { steps: 1 }))).toEqual([]);
});
