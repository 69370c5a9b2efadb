import { startEngine } from "@segdistill/backend";
import {
  from,
  frozen,
  learns,
  memoryStore,
  sgd,
  stage,
  train,
  type Data,
  type Method,
  type NetworkSpec,
  type Stage,
  type Store,
} from "@segdistill/core";
import { withEarlier } from "@segdistill/core/testing";
import { mobileUNet, uNet } from "@segdistill/models";
import { dcgd } from "@segdistill/plugin-dcgd";
import { dicd } from "@segdistill/plugin-dicd";
import { graphFlow } from "@segdistill/plugin-graphflow";
import { logits, supervised } from "@segdistill/plugin-kd";
import { msan } from "@segdistill/plugin-msan";
import { beforeAll, describe, expect, test } from "vitest";
import { gkd, segdistill } from "../src/index.js";

await startEngine();

type Any = Method<string, { student: never; teacher: never }>;
const classes = 2;
const alignment = { autoencoder: { width: 2, epochs: 1, headerEpochs: 1, otherwise: "warn" as const }, act: { epochs: 1 } };
const views = { count: 3 };

/** Two pictures of 32 × 64 pixels with a disc each. */
const data: Data = {
  picture: { height: 32, width: 64, channels: 1, classes },
  fingerprint: "discs",
  batchSize: 2,
  batchesPerEpoch: 1,
  epoch: async function* () {
    await Promise.resolve();
    const size = 32 * 64;
    const inside = (i: number): boolean => Math.hypot(Math.floor((i % size) / 64) - 14, (i % 64) - (i < size ? 20 : 40)) < 9;
    yield {
      images: Float32Array.from({ length: 2 * size }, (_, i) => 0.5 * Number(inside(i)) + 0.2 + 0.1 * Math.sin(i * 1.7)),
      labels: Uint8Array.from({ length: 2 * size }, (_, i) => Number(inside(i))),
      valid: new Uint8Array(2 * size).fill(1),
      labelled: Uint8Array.of(1, 1),
      cases: ["a", "b"],
      occurrences: [0, 0],
    };
  },
};

/** Counts how often a network encodes, and how often it decodes. */
function counting<T extends string>(
  spec: NetworkSpec<T>,
): { readonly spec: NetworkSpec<T>; readonly calls: { encode: number; decode: number } } {
  const calls = { encode: 0, decode: 0 };
  return {
    calls,
    spec: {
      ...spec,
      build: (scope) => {
        const network = spec.build(scope);
        const { encode, decode } = network;
        return Object.assign(network, {
          encode: (...of: Parameters<typeof encode>) => (calls.encode++, encode(...of)),
          decode: (...of: Parameters<typeof decode>) => (calls.decode++, decode(...of)),
        });
      },
    },
  };
}

interface Run {
  /** Raw values of the student's one step, by "method/term". */
  readonly raw: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, number>>;
  /** Raw values of the first step. */
  readonly first: Readonly<Record<string, number>>;
  /** Gates that the stage told. */
  readonly gates: Readonly<Record<string, number>>;
  readonly before: ReadonlyMap<string, Float32Array>;
  readonly after: ReadonlyMap<string, Float32Array>;
  readonly calls: Readonly<Record<"teacher" | "student", { encode: number; decode: number }>>;
}

/** Stages before the student's, once for several runs. */
const earlier = memoryStore();
/** One step of plain descent by these methods, from the student trained alone. What is held against others trains its own stages before. */
async function oneStep(methods: readonly Any[], { steps = 1, before: stagesBefore = earlier } = {}): Promise<Run> {
  const [teacher, student] = [counting(uNet({ classes, width: 2 })), counting(mobileUNet({ classes }))];
  const rest = { data, optimiser: sgd({ rate: 1e-2 }), methods: [supervised()] };
  const first = stage({ name: "teacher", nets: { student: learns(teacher.spec) }, ...rest, steps: 1 });
  const alone = stage({ name: "baseline", nets: { student: learns(student.spec) }, ...rest, steps: 1 });
  let counted = { teacher: { ...teacher.calls }, student: { ...student.calls } };
  const goal = stage({
    name: "distilled",
    nets: { teacher: frozen(from(first, "student")), student: learns(student.spec, { earlier: from(alone, "student"), start: "earlier" }) },
    ...rest,
    methods: [supervised(), ...methods] as never,
    steps,
  }) as unknown as Stage;
  const kept = memoryStore();
  let before: ReadonlyMap<string, Float32Array> = new Map();
  let [teacherCalls, studentCalls] = [teacher.calls, student.calls];
  const store: Store = {
    ...withEarlier("distilled", kept, stagesBefore),
    // before gates are measured
    step: (name, record) => {
      kept.step(name, record);
      if (name === "distilled") [teacherCalls, studentCalls] = [{ ...teacher.calls }, { ...student.calls }];
    },
    tell: (name, event) => {
      kept.tell(name, event);
      if (name === "distilled" && event.event === "started") counted = { teacher: { ...teacher.calls }, student: { ...student.calls } };
    },
  };
  const trained = await train([goal], { seed: 0, store, eager: true });
  const values = (from_: Stage): ReadonlyMap<string, Float32Array> =>
    new Map(Object.entries(trained.network(from_, "student").variables).map(([name, v]) => [name, Float32Array.from(v.dataSync())]));
  before = values(alone as unknown as Stage);
  const after = values(goal);
  trained.dispose();
  const records = kept.steps.filter(({ stage: name }) => name === "distilled").map(({ record }) => record);
  const record = records.at(-1)!;
  const told = kept.events.flatMap(({ stage: name, event }) => (name === "distilled" && event.event === "gate" ? [event] : []));
  const less = (now: { encode: number; decode: number }, then: { encode: number; decode: number }) => ({
    encode: now.encode - then.encode,
    decode: now.decode - then.decode,
  });
  return {
    raw: Object.fromEntries(Object.entries(record.terms).map(([name, { raw }]) => [name, raw])),
    first: Object.fromEntries(Object.entries(records[0]!.terms).map(([name, { raw }]) => [name, raw])),
    gates: Object.fromEntries(told.map(({ gate, value }) => [gate, value])),
    weights: Object.fromEntries(Object.entries(record.terms).map(([name, { weight }]) => [name, weight])),
    before,
    after,
    calls: { teacher: less(teacherCalls, counted.teacher), student: less(studentCalls, counted.student) },
  };
}

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
const graphs = (): Any => dcgd({ views });
const flow = (): Any =>
  graphFlow<never, never>({ paraphraser: { epochs: 1 }, adversarial: false, logits: false } as never) as unknown as Any;
const kd = (): Any => logits({ temperature: 4 }) as unknown as Any;

describe("DCGD, DICD, Graph Flow and KD in one run", () => {
  const of: Record<string, Run> = {};
  beforeAll(async () => {
    const runs: Record<string, readonly Any[]> = {
      none: [msan(alignment)],
      dcgd: [msan(alignment), graphs()],
      dicd: [msan(alignment), dicd()],
      flow: [flow()],
      kd: [kd()],
      all: [msan(alignment), graphs(), dicd(), flow(), kd()],
    };
    for (const [name, methods] of Object.entries(runs)) of[name] = await oneStep(methods, name === "all" ? { before: memoryStore() } : {});
  }, 300_000);

  test("every term has the value that it has alone", () => {
    const alone = ["dcgd", "dicd", "flow", "kd"].flatMap((name) => Object.entries(of[name]!.raw));
    expect(Object.keys(of["all"]!.raw).sort()).toEqual([...new Set(alone.map(([term]) => term))].sort());
    for (const [term, value] of alone) expect([term, of["all"]!.raw[term]]).toEqual([term, value]);
  });
  test("the student's step is the sum of what each gives alone", () => {
    const moved = (run: Run, name: string, i: number): number => run.after.get(name)![i]! - run.before.get(name)![i]!;
    let largest = 0;
    let furthest = 0;
    for (const [name, values] of of["none"]!.before)
      for (const i of values.keys()) {
        const plain = moved(of["none"]!, name, i);
        const sum = ["dcgd", "dicd", "flow", "kd"].reduce((all, run) => all + moved(of[run]!, name, i) - plain, plain);
        largest = Math.max(largest, Math.abs(sum));
        furthest = Math.max(furthest, Math.abs(sum - moved(of["all"]!, name, i)));
      }
    expect(largest).toBeGreaterThan(1e-4);
    expect(furthest).toBeLessThan(1e-4 * largest + 1e-6); // the weights are held in float32
  });
  test("every network runs once for the picture, the student once for each view and the teacher once for all, whoever reads it; the teacher decodes the picture, and the student's vector", () => {
    expect(of["none"]!.calls.student).toEqual({ encode: 1, decode: 1 });
    expect(of["all"]!.calls.teacher.encode).toBe(2); // the picture, and all views at once
    expect(of["all"]!.calls.student.encode).toBe(1 + views.count);
    expect(of["all"]!.calls.teacher.decode).toBe(2);
    expect(of["all"]!.calls.student.decode).toBe(2);
  });
});

describe("gkd", { timeout: 180_000 }, () => {
  test("is its three parts", async () => {
    const whole = await oneStep([gkd({ msan: alignment, dcgd: { views } })], { before: memoryStore() });
    const parts = await oneStep([msan(alignment), graphs(), dicd()]);
    for (const [name, value] of Object.entries(parts.raw)) expect(whole.raw[name.replace(/^d/, "gkd/d")]).toBe(value);
    expect(Object.keys(whole.raw).length).toBe(Object.keys(parts.raw).length);
    for (const [name, values] of parts.after) expect(bytes(whole.after.get(name)!).equals(bytes(values)), name).toBe(true); // millions of numbers
  });
  test("comes in over some epochs, and leaves out what it is told to", async () => {
    const { weights } = await oneStep([gkd({ msan: alignment, dcgd: false, rampUp: 4 })], { steps: 2 });
    expect(weights).toEqual({ "supervised/ce": 1, "gkd/dicd/cross": 0.5 / 4 });
    const { raw } = await oneStep([gkd({ msan: alignment, dcgd: { views }, dicd: false })]);
    expect(Object.keys(raw)).toEqual(["supervised/ce", "gkd/dcgd/intra", "gkd/dcgd/inter"]);
  });
  test("while it comes in its terms are held against the cross-entropy at the weight that they come to", async () => {
    const { first, weights, gates } = await oneStep([gkd({ msan: alignment, dcgd: { views, inter: 2 }, rampUp: 1 })], { steps: 2 });
    expect(weights).toEqual({ "supervised/ce": 1, "gkd/dcgd/intra": 1, "gkd/dcgd/inter": 2, "gkd/dicd/cross": 0.5 }); // 0 in the first epoch
    const ce = first["supervised/ce"]!;
    expect(gates["gkd/dcgd/intra/share"]).toBeCloseTo(first["gkd/dcgd/intra"]! / ce, 12);
    expect(gates["gkd/dcgd/inter/share"]).toBeCloseTo((2 * first["gkd/dcgd/inter"]!) / ce, 12);
    expect(gates["gkd/dicd/cross/share"]).toBeCloseTo((0.5 * first["gkd/dicd/cross"]!) / ce, 12);
    expect(Object.keys(gates)).toHaveLength(4 + 7); // dcgd's own, and what dicd tells of its cross predictions
  });
  test("a configuration's options, the defaults of all parts filled in", () => {
    const { options, create } = segdistill.methods.gkd;
    expect(create(options.parse({}) as never).options).toEqual(gkd().options);
    expect(create(options.parse({ dcgd: false, rampUp: 5, msan: { hidden: 8 } }) as never).options).toEqual(
      gkd({ dcgd: false, rampUp: 5, msan: { hidden: 8 } }).options,
    );
    expect(() => options.parse({ graphs: false })).toThrow(/graphs/);
  });
});
