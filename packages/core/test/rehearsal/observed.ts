import {
  from,
  frozen,
  learns,
  memoryStore,
  sgd,
  adam,
  stage,
  train,
  type Data,
  type Method,
  type Run,
  type Stage,
  type Store,
  type Values,
} from "@segdistill/core";
import { withEarlier } from "@segdistill/core/testing";
import { discs } from "./discs.js";
import { tinyUNet } from "./networks.js";
import { supervised } from "./supervised-and-kd.js";

/** Values of every stage's modules at its end, and every raw loss by "stage/method/term/step". */
export interface Seen {
  readonly raws: ReadonlyMap<string, number>;
  readonly after: ReadonlyMap<string, ReadonlyMap<string, Values>>;
  readonly events: readonly string[];
}

/** `before`: where stages before the last are kept for other runs, which look at the last alone. */
export async function see(goals: readonly Stage[], more: Partial<Run> = {}, before: Store = memoryStore()): Promise<Seen> {
  const store = memoryStore();
  const after = new Map<string, ReadonlyMap<string, Values>>();
  const kept = withEarlier(goals.at(-1)!.name, store, before);
  const saving: Store = { ...kept, save: (...args) => (args[2].done && after.set(args[0], args[3]), kept.save(...args)) };
  const trained = await train(goals, { seed: 7, store: saving, ...more });
  trained.dispose();
  const raws = new Map(
    store.steps.flatMap(({ stage: name, record }) =>
      Object.entries(record.terms).map(([term, { raw }]) => [`${name}/${term}/${record.step}`, raw] as const),
    ),
  );
  return { raws, after, events: store.events.map(({ stage: name, event }) => `${name} ${event.event}`) };
}

export const taps = { encoder: "encoder/2", decoder: "decoder/2" } as const;
export type Distil = Method<string, { student: "encoder/2" | "decoder/2"; teacher: "encoder/2" | "decoder/2" }>;
export interface Setting {
  readonly rate?: number;
  readonly steps?: number;
  /** Plain gradient descent instead of Adam. */
  readonly plain?: boolean;
  readonly norm?: boolean;
  readonly dropout?: number;
  readonly data?: Data;
}

/** Teacher, baseline and a distilled student under some methods. */
export function run(methods: readonly Distil[], o: Setting = {}) {
  const { rate, norm = true, dropout = 0.2, data = discs(), steps = 5 } = o;
  const student = tinyUNet({ name: "student", width: 4, depth: 3, dropout, norm });
  const rest = { data, steps: 5, optimiser: adam({ rate: 1e-3 }) };
  const teacher = stage({
    name: "teacher",
    nets: { student: learns(tinyUNet({ name: "teacher", width: 8, depth: 2, norm })) },
    methods: [supervised()],
    ...rest,
  });
  const baseline = stage({ name: "baseline", nets: { student: learns(student) }, methods: [supervised()], ...rest });
  const distil = stage({
    name: "distil",
    nets: { teacher: frozen(from(teacher, "student")), student: learns(student, { earlier: from(baseline, "student") }) },
    methods,
    data,
    steps,
    optimiser: o.plain ? sgd({ rate: rate ?? 0.1 }) : adam({ rate: rate ?? 1e-3 }),
  });
  return { teacher, baseline, distil, goals: [teacher, baseline, distil] };
}

/** The values of one stage's modules below a prefix. */
export function part(seen: Seen, stageName: string, prefix: string): ReadonlyMap<string, Float32Array> {
  return new Map([...seen.after.get(stageName)!].filter(([name]) => name.startsWith(prefix)).map(([name, { data }]) => [name, data]));
}
export const same = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
export const allSame = (a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>): boolean =>
  a.size > 0 && a.size === b.size && [...a].every(([name, values]) => same(values, b.get(name)!));
/** The largest relative difference of two lists of numbers. */
export function apart(a: Iterable<number>, b: Iterable<number>): number {
  const other = [...b];
  return Math.max(...[...a].map((x, i) => Math.abs(x - other[i]!) / Math.max(1e-3, Math.abs(other[i]!))));
}
/** What one plain step does to the student. */
export async function movement(methods: readonly Distil[], o: Setting = {}, stepSize = 0.01): Promise<ReadonlyMap<string, Float32Array>> {
  const before = memoryStore();
  const [moved, still] = [
    await see(run(methods, { ...o, plain: true, rate: stepSize, steps: 1 }).goals, {}, before),
    await see(run(methods, { ...o, plain: true, rate: 0, steps: 1 }).goals, {}, before),
  ];
  const start = part(still, "distil", "distil/student/");
  return new Map(
    [...part(moved, "distil", "distil/student/")].map(([name, values]) => [name, values.map((x, i) => x - start.get(name)![i]!)]),
  );
}
