import { startEngine } from "@segdistill/backend";
import { add, fill, mul, range, reshape, scalar, variable, zeros, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import type { Optimiser } from "../contract/index.js";
import { adam } from "../optimisers/adam.js";
import { clip } from "../optimisers/clip.js";
import { entrywise } from "../optimisers/entrywise.js";
import { groups } from "../optimisers/groups.js";
import { sgd } from "../optimisers/sgd.js";
import { fitting } from "../testing/small.js";
import { trainedTo } from "../testing/trained.js";
import { valuesOf, withSlots } from "../keeping.js";
import { slotsOf } from "./slots.js";
import { update } from "./update.js";

await startEngine();

const after = async (optimiser: Optimiser, eager: boolean) => (await trainedTo(fitting({ steps: 1, optimiser }), { eager })).values;
const names = ["fitting/student/w", "fitting/student/b"];
const way = (from: ReadonlyMap<string, readonly number[]>, to: ReadonlyMap<string, readonly number[]>): number[] =>
  names.flatMap((name) => to.get(name)!.map((x, i) => x - from.get(name)![i]!));

test.each([true, false])("the loop clips the whole gradient of all variables together (eager: %s)", async (eager) => {
  const start = await after(sgd({ rate: 0 }), eager);
  const free = way(start, await after(sgd({ rate: 1 }), eager));
  const length = Math.hypot(...free);
  const held = way(start, await after(clip({ norm: length / 4 }, sgd({ rate: 1 })), eager));
  held.forEach((x, i) => expect(x).toBeCloseTo(free[i]! / 4, 5));
});

test.each([true, false])("the loop tells an optimiser the names of variables (eager: %s)", async (eager) => {
  const start = await after(sgd({ rate: 0 }), eager);
  const whole = await after(sgd({ rate: 0.1 }), eager);
  const found = await after(groups({ "student/w": 0 }, sgd({ rate: 0.1 })), eager);
  expect(found.get("fitting/student/w")).toEqual(start.get("fitting/student/w"));
  expect(found.get("fitting/student/b")).toEqual(whole.get("fitting/student/b"));
  expect(whole.get("fitting/student/w")).not.toEqual(start.get("fitting/student/w"));
});

/** An optimiser whose update is one by one, for it says nothing else; and every update that it was asked for, "name size". */
const apart = (optimiser: Optimiser, asked: string[] = []): Optimiser => ({
  ...optimiser,
  update: (now) => {
    asked.push(`${now.name} ${now.value.size}`);
    return optimiser.update(now);
  },
});
const entries = (optimiser: Optimiser): Optimiser => ({ ...optimiser, update: entrywise(optimiser.update) });

describe("an optimiser that takes entries as they come", () => {
  test.each([
    ["adam", adam({ rate: 0.1, decay: 0.01 })],
    ["sgd", sgd({ rate: 0.1, momentum: 0.9 })],
    ["a clipped one", clip({ norm: 0.01 }, adam({ rate: 0.1 }))],
  ] as const)("%s: small variables are updated as one, to the same bytes", async (_, optimiser) => {
    for (const eager of [true, false]) {
      const steps = { steps: 3 };
      const one = await trainedTo(fitting({ ...steps, optimiser: apart(optimiser) }), { eager });
      const joined = await trainedTo(fitting({ ...steps, optimiser }), { eager });
      expect(joined.values).toEqual(one.values);
    }
  });

  test("asked once for all variables of up to 8,192 entries, with the name of the first, and once for each larger one", () => {
    const shapes = [[2, 3], [8193], [], [4, 2048]] as const;
    const variables = shapes.map((shape, k) => variable(add(reshape(range(0, shape.reduce<number>((a, b) => a * b, 1)), [...shape]), k), true, `v${k}`)); // prettier-ignore
    const asked: string[] = [];
    const gradient = new Map(variables.map((v) => [v, mul<Tensor>(v, 10)]));
    const optimiser = entries(apart(sgd({ rate: 0.1, momentum: 0.9 }), asked));
    const slots = slotsOf(optimiser, variables);
    const now = { nameOf: (v: Variable) => v.name, slots, rate: scalar(0.5), count: scalar(1) };
    const { gradient: checked } = update(optimiser, { gradient, values: [] }, now, (all) => all);
    expect(asked).toEqual(["v0 8199", "v1 8193"]);
    const remembered = valuesOf(withSlots(new Map(variables.map((v) => [v.name, v])), slots));
    for (const [k, v] of variables.entries()) {
      expect(v.shape).toEqual([...shapes[k]!]);
      expect(remembered.get(`optimiser/0/v${k}`)!.shape).toEqual([...shapes[k]!]);
      const before = Array.from({ length: v.size }, (_, i) => i + k);
      expect([...remembered.get(`optimiser/0/v${k}`)!.data]).toEqual(before.map((x) => 10 * x)); // b ← 0.9·0 + g
      expect([...v.dataSync()]).toEqual(before.map((x) => x - 0.5 * (10 * x))); // w ← w − rate·b
    }
    const all = variables.flatMap((v, k) => Array.from({ length: v.size }, (_, i) => 10 * (i + k)));
    expect(checked.dataSync()[0]! / all.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  test.each([[[0, 2]], [[1]], [[2]], [[0, 1]]])(
    "of three joined variables those numbered %j are reached: the others stay, and so does what is remembered of them",
    (reached) => {
      const shapes = [[2], [2, 2], [3]];
      const variables = shapes.map((shape, k) => variable(fill(shape, k + 1), true, `u${reached.join("")}${k}`));
      const optimiser = adam({ rate: 0.1, decay: 0.01 });
      const held = slotsOf(optimiser, variables);
      expect(new Set(held.values()).size).toBe(1);
      const step = (count: number, by: readonly Variable[], slots = held) => {
        const gradient = new Map(by.map((v) => [v, fill(v.shape, 2 + v.size)]));
        update(
          optimiser,
          { gradient, values: [] },
          { nameOf: (v) => v.name, slots, rate: scalar(0.1), count: scalar(count) },
          (all) => all,
        );
      };
      const read = (v: Variable, slots = held) =>
        [...valuesOf(withSlots(new Map([["w", v]]), slots)).values()].map(({ data }) => [...data]);
      step(1, variables);
      const first = variables.map((v) => read(v));
      step(2, reached.map((k) => variables[k]!)); // prettier-ignore
      for (const [k, v] of variables.entries()) {
        if (!reached.includes(k)) expect(read(v)).toEqual(first[k]);
        // one by itself moves to the same bytes
        const alone = variable(fill(v.shape, k + 1), true, `alone/${v.name}`);
        const own = slotsOf(optimiser, [alone]);
        for (const count of reached.includes(k) ? [1, 2] : [1]) step(count, [alone], own);
        expect(read(v)).toEqual(read(alone, own));
      }
    },
  );

  test("what is checked to be finite is the gradient itself, not what clipping makes of it", () => {
    const variables = [1, 2].map((size, k) => variable(zeros([size]), true, `w${k}`));
    const gradient = new Map(variables.map((v, k) => [v, fill([v.size], k === 1 ? Infinity : 1)]));
    const optimiser = clip({ value: 0.5 }, sgd({ rate: 1 }));
    const now = { nameOf: (v: Variable) => v.name, slots: slotsOf(optimiser, variables), rate: scalar(1), count: scalar(1) };
    const { gradient: checked } = update(optimiser, { gradient, values: [] }, now, (all) => all);
    expect(variables.flatMap((v) => [...v.dataSync()])).toEqual([-0.5, -0.5, -0.5]);
    expect(checked.dataSync()[0]).toBe(Infinity);
  });

  test("a decorator with an update of its own is asked for each variable by name, until it says so itself", async () => {
    const asked: string[] = [];
    await trainedTo(fitting({ steps: 1, optimiser: groups({ "student/w": 0.5 }, apart(adam({ rate: 0.1 }), asked)) }), {});
    expect(asked).toEqual(["student/w 2", "student/b 2"]);
  });
});
