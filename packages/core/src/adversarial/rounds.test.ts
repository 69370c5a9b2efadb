import { add, leakyRelu, matMul, mul, reshape, tanh, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { conv2d, softmax } from "@segdistill/backend/ops";
import { describe, expect, test } from "vitest";
import type { CheckedMethod, Method, Optimiser, Pass, Scope, Stage } from "../contract/index.js";
import { sgd } from "../optimisers/sgd.js";
import { memoryStore } from "../store.js";
import { cases, fit, fitting } from "../testing/small.js";
import { changed } from "../testing/trained.js";
import { train } from "../train.js";
import type { Run } from "../run.js";
import { hinge, leastSquares, spectralNorm, wassersteinGp, type AdversarialLoss } from "./index.js";

await startEngine();

/** Everything that a stage of a run ends with, by name without the stage, and the raw values of its steps. */
async function ended(stage: Stage, run: Partial<Run> = {}) {
  const store = memoryStore();
  let values: ReadonlyMap<string, { readonly data: Float32Array }> = new Map();
  const kept = { ...store, save: (...args: Parameters<typeof store.save>) => ((values = args[3]), store.save(...args)) };
  (await train([stage], { seed: 1, store: kept, ...run })).dispose();
  const plain = new Map([...values].map(([name, { data }]) => [name.replace("fitting/", ""), [...data]] as const));
  return { values: plain, raws: store.steps.map(({ record }) => Object.values(record.terms).map(({ raw }) => raw)) };
}
type Ended = Awaited<ReturnType<typeof ended>>["values"];
const below = (values: Ended, prefix: string): Ended => new Map([...values].filter(([name]) => name.startsWith(prefix)));
const student = (values: Ended): Ended => below(values, "student/");
const opponent = (values: Ended): Ended => below(values, "own/d/");

type Score = (maps: Tensor4D) => Tensor;
interface Opponent {
  readonly scorer: (pass: Pass) => Score;
}
/** tanh, a spectral-norm convolution, leaky ReLU, attention, a convolution, on logits of 2 × 3 pixels. */
const attending = (scope: Scope) =>
  scope.module("d", (make) => {
    const kernel = (name: string, i: number, o: number, k: number): Tensor4D =>
      make.variable(name, [k, k, i, o], { normal: 0.4 }) as Tensor as Tensor4D;
    const first = spectralNorm(make, "first", make.variable("first", [3, 3, 2, 4], { normal: 0.4 }));
    const [q, k, v, last] = [kernel("q", 4, 3, 1), kernel("k", 4, 3, 1), kernel("v", 4, 4, 1), kernel("last", 4, 1, 2)];
    return {
      scorer: (pass: Pass): Score => {
        const w = first(pass) as Tensor4D;
        return (maps) => {
          const x = leakyRelu(conv2d(tanh(maps), w), 0.1);
          const [b, h, width] = x.shape;
          const flat = (y: Tensor4D): Tensor => reshape(y, [b, h * width, -1]);
          const attended = matMul(softmax(matMul(flat(conv2d(x, q)), flat(conv2d(x, k)), false, true)), flat(conv2d(x, v)));
          return conv2d(add(reshape(attended, x.shape), x), last, { padding: "valid" });
        };
      },
    } satisfies Opponent;
  });
/** D(z) = w·z, with w = 1 at the start. */
const scaling = (scope: Scope) =>
  scope.module("d", (make) => {
    const w = make.variable("w", [1], "ones");
    return { scorer: () => (maps: Tensor4D) => mul(maps, w as Tensor) } satisfies Opponent;
  });

interface Options {
  readonly d?: (scope: Scope) => ReturnType<typeof attending> | ReturnType<typeof scaling>;
  readonly loss?: AdversarialLoss;
  readonly rounds?: number;
  readonly optimiser?: Optimiser;
  /** Only labelled images count for the opponent. */
  readonly where?: "labelled";
  /** Without it the opponent never learns. */
  readonly opposed?: boolean;
}
/** The student's logits against twice its labels, as far as an opponent can tell them apart. */
function own({
  d = attending,
  loss = wassersteinGp(),
  rounds = 1,
  optimiser = sgd({ rate: 0.05 }),
  where,
  opposed = true,
}: Options = {}): CheckedMethod {
  const method: Method<"own", { student: never }> = {
    name: "own",
    options: {},
    wants: { student: [] },
    build: ({ scope }) => {
      const module = d(scope);
      return {
        terms: [{ name: "fool", loss: (step) => loss.student(module.scorer(step.pass(module))(step.net.student.logits)) }],
        adversaries: !opposed
          ? []
          : [
              {
                name: "d",
                module,
                optimiser,
                steps: rounds,
                loss: (step) =>
                  loss.opponent({
                    score: module.scorer(step.pass(module)),
                    real: mul(step.labels, 2),
                    fake: step.net.student.logits,
                    noise: step.noise,
                    ...(where && { where: step.labelled }),
                  }),
              },
            ],
      };
    },
  };
  return method;
}
const plain = (rate: number): Optimiser => sgd({ rate });
const one = (o: Options & { readonly rate?: number; readonly more?: Partial<Stage> } = {}): Stage =>
  fitting({ methods: [fit(), own(o)], steps: 1, optimiser: plain(o.rate ?? 0.5), ...o.more });

describe.each([true, false])("neither side moves the other, byte for byte (eager: %s)", (eager) => {
  test.each([1, 3])("the first step of the student is the same with %d rounds of its opponent and with none", async (rounds) => {
    const [with_, still, without] = [
      await ended(one({ rounds }), { eager }),
      await ended(one({ rounds, optimiser: plain(0) }), { eager }),
      await ended(one({ opposed: false }), { eager }),
    ].map(({ values }) => values) as [Ended, Ended, Ended];
    expect(student(with_)).toEqual(student(still));
    expect(student(with_)).toEqual(student(without));
    // the opponent has moved, and so has the student
    expect(opponent(with_).get("own/d/last")).not.toEqual(opponent(still).get("own/d/last"));
    const start = (await ended(one({ opposed: false, rate: 0 }), { eager })).values;
    expect(student(with_).get("student/w")).not.toEqual(student(start).get("student/w"));
    if (rounds > 1 || !eager) return;
    // and it matters from the second step on
    const two = { steps: 2 };
    const [a, b] = [
      await ended(one({ rounds, more: two }), { eager }),
      await ended(one({ rounds, optimiser: plain(0), more: two }), { eager }),
    ];
    expect(student(a.values).get("student/w")).not.toEqual(student(b.values).get("student/w"));
  });

  test("five steps of the opponent leave a student that does not learn as it was", async () => {
    const five = { steps: 5 };
    const [moved, start] = [await ended(one({ rate: 0, rounds: 2, more: five }), { eager }), await ended(one({ rate: 0, opposed: false, more: five }), { eager })]; // prettier-ignore
    expect(student(moved.values)).toEqual(student(start.values));
    expect(opponent(moved.values).get("own/d/first")).not.toEqual(opponent(start.values).get("own/d/first"));
  });

  test.each([1, 3])("with %d rounds u and v move so many times a step, and by nothing else", async (rounds) => {
    const start = opponent((await ended(one({ opposed: false, more: { steps: 3 } }), { eager })).values);
    // three steps of a student that is held against it move no state
    expect(start.get("own/d/first/v")).toEqual(Array(18).fill(0));
    const w = start.get("own/d/first")!;
    const unit = (x: readonly number[]): number[] => x.map((y) => y / Math.hypot(...x));
    let [u, v] = [start.get("own/d/first/u")!, [] as number[]];
    const trail = Array.from({ length: 2 * rounds + 2 }, () => {
      v = unit(Array.from({ length: 18 }, (_, n) => u.reduce((s, x, o) => s + x * w[n * 4 + o]!, 0)));
      u = unit(Array.from({ length: 4 }, (_, o) => v.reduce((s, x, n) => s + x * w[n * 4 + o]!, 0)));
      return { u, v };
    });
    const after = opponent((await ended(one({ rounds, optimiser: plain(0), more: { steps: 2 } }), { eager })).values);
    const gap = ({ u: wantedU, v: wantedV }: { readonly u: readonly number[]; readonly v: readonly number[] }): number =>
      Math.max(
        ...after.get("own/d/first/u")!.map((x, i) => Math.abs(x - wantedU[i]!)),
        ...after.get("own/d/first/v")!.map((x, i) => Math.abs(x - wantedV[i]!)),
      );
    expect(gap(trail[2 * rounds - 1]!)).toBeLessThan(1e-6);
    for (const other of [trail[2 * rounds - 2]!, trail[2 * rounds]!]) expect(gap(other)).toBeGreaterThan(1e-4);
  });
});

/** The first batch: its pixels and twice its labels, as the student's logits [B·H·W][K] stand against them. */
async function firstBatch() {
  for await (const batch of cases().epoch(0, 1)) return { x: [...batch.images], y: [...batch.labels].map((k) => [2 * (1 - k), 2 * k]) };
  throw new Error("no batch");
}

describe.each([true, false])("order, worked out by hand (eager: %s)", (eager) => {
  const [studentRate, theirRate, rounds] = [0.5, 1e-3, 3];
  const average = (of: readonly (readonly number[])[]): number => of.flat().reduce((a, b) => a + b, 0) / (2 * of.length);

  test("the student learns against the opponent of before; its opponent takes three steps on the outputs of before", async () => {
    const { x, y } = await firstBatch();
    const start = (await ended(one({ d: scaling, opposed: false, rate: 0 }), { eager })).values;
    const [w0, b0] = [start.get("student/w")!, start.get("student/b")!];
    const logits = (w: readonly number[], b: readonly number[]): number[][] => x.map((p) => [0, 1].map((k) => p * w[k]! + b[k]!));
    /** One step of the student against D(z) = s·z: means over 24 numbers of (z − 2y)² and of −s·z. */
    const learn = (s: number): { w: number[]; b: number[] } => {
      const pull = logits(w0, b0).map((z, i) => z.map((value, k) => (2 * (value - y[i]![k]!) - s) / 24));
      return {
        w: w0.map((value, k) => value - studentRate * pull.reduce((all, g, i) => all + g[k]! * x[i]!, 0)),
        b: b0.map((value, k) => value - studentRate * pull.reduce((all, g) => all + g[k]!, 0)),
      };
    };
    /** Rounds of D(z) = s·z, whose slope has length s·√12: the gradient of s·(fake − real) + 10(s√12 − 1)². */
    const oppose = (fake: readonly (readonly number[])[]): number => {
      let s = 1;
      for (let k = 0; k < rounds; k++) s -= theirRate * (average(fake) - average(y) + 20 * (s * Math.sqrt(12) - 1) * Math.sqrt(12));
      return s;
    };
    const learned = learn(1);
    const [right, late] = [oppose(logits(w0, b0)), oppose(logits(learned.w, learned.b))];

    const { values, raws } = await ended(one({ d: scaling, rounds, optimiser: plain(theirRate), rate: studentRate }), { eager });
    const found = opponent(values).get("own/d/w")![0]!;
    expect(found).toBeCloseTo(right, 5);
    expect(Math.abs(right - late)).toBeGreaterThan(1e-4); // what it would be, had the update come first
    for (const [name, wanted] of [["student/w", learned.w], ["student/b", learned.b]] as const) // prettier-ignore
      for (const [k, value] of student(values).get(name)!.entries()) expect(value).toBeCloseTo(wanted[k]!, 5);
    expect(Math.abs(learn(right).b[0]! - learned.b[0]!)).toBeGreaterThan(1e-3); // … had the opponent come first
    // recorded: the student's term and the opponent's loss, both of before
    const fake = average(logits(w0, b0));
    expect(raws[0]![1]).toBeCloseTo(-fake, 5);
    expect(raws[0]![2]).toBeCloseTo(fake - average(y) + 10 * (Math.sqrt(12) - 1) ** 2, 4);
  });
});

/** The largest difference of two runs' values, as a part of the largest. */
function apart(a: Ended, b: Ended): number {
  expect(opponent(a).size).toBe(opponent(b).size);
  const pairs = [...a].filter(([name]) => !/^optimiser|seen$/.test(name)).map(([name, values]) => [values, b.get(name)!] as const);
  return Math.max(...pairs.map(([x, y]) => Math.max(...x.map((value, i) => Math.abs(value - y[i]!))) / Math.max(1e-2, ...y.map(Math.abs))));
}
const all: readonly [string, AdversarialLoss][] = [["WGAN-GP", wassersteinGp()], ["LSGAN", leastSquares()], ["hinge", hinge()]]; // prettier-ignore

test.each(all)(
  "%s through the loop, two rounds a step, four steps: compiled = eager, and a batch in two parts gives what the whole gives",
  async (name, loss) => {
    const goal = (accumulate: number): Stage =>
      one({ loss, rounds: 2, more: { steps: 4, accumulate, optimiser: sgd({ rate: 0.1, momentum: 0.9 }) } });
    const [whole, eager] = [await ended(goal(1)), await ended(goal(1), { eager: true })];
    expect(apart(eager.values, whole.values)).toBeLessThan(1e-4);
    const parts = [await ended(goal(2))];
    if (name === "WGAN-GP") parts.push(await ended(goal(2), { eager: true }));
    for (const { values, raws: found } of parts) {
      expect(apart(values, whole.values)).toBeLessThan(1e-5);
      for (const [i, raws] of whole.raws.entries())
        for (const [k, raw] of raws.entries()) expect(Math.abs(found[i]![k]! - raw)).toBeLessThan(1e-5 * Math.max(1, Math.abs(raw)));
    }
    const start = await ended(one({ loss, rate: 0, optimiser: plain(0) }), { eager: true });
    expect(apart(whole.values, start.values)).toBeGreaterThan(0.05);
  },
);

test("images without an annotation count nowhere: in parts as in the whole", async () => {
  const data = changed(cases(), (batch) => ({ labelled: Uint8Array.from(batch.cases, (id) => Number(id !== "b" && id !== "c")) }));
  const labelled = (accumulate: number): Stage => one({ where: "labelled", more: { data, steps: 3, accumulate } });
  const [whole, parts] = [await ended(labelled(1)), await ended(labelled(2))];
  expect(apart(whole.values, parts.values)).toBeLessThan(1e-5);
});
