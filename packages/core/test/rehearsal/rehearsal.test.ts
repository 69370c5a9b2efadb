import { abs, engine, mean, memory, mul, ones, square, sub } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { from, frozen, meanOver, memoryStore, sgd, weigh, type Method, type Transform } from "@segdistill/core";
import { beforeAll, describe, expect, test } from "vitest";
import { dcgd, dicd } from "./dcgd-and-dicd.js";
import { halves, discs } from "./discs.js";
import { graphFlow } from "./graph-flow.js";
import { alignment, msan } from "./msan.js";
import { allSame, apart, movement, part, run, same, see, taps, type Distil } from "./observed.js";
import { logitsKd, supervised } from "./supervised-and-kd.js";

let handles: () => number;
beforeAll(async () => {
  const info = await startEngine();
  handles = () => info.memory().tensors;
});

const flow = (more: { adversarial?: number; rate?: number; rounds?: number } = {}) => graphFlow({ student: taps, teacher: taps, ...more });
const alone: Readonly<Record<string, () => readonly Distil[]>> = {
  "supervised and kd": () => [supervised(), logitsKd()],
  "graph flow with a discriminator": () => [supervised(), flow()],
  "msan, stages only": () => [supervised(), msan()],
  dcgd: () => [supervised(), msan(), dcgd({ centre: "sourceMean" })],
  dicd: () => [supervised(), msan(), dicd()],
};
const all = (): readonly Distil[] => [supervised(), logitsKd(), flow(), msan(), dcgd({ centre: "sourceMean" }), dicd()];

describe("each and all", () => {
  beforeAll(async () => void (await see(run(all()).goals, { eager: true }))); // what an engine makes once and for all is there from now on
  test.each([...Object.entries(alone), ["all composed", all] as const])(
    "%s: eager = compiled, finite, and no tensor is left",
    async (_, methods) => {
      const [tensors, held] = [memory().numTensors, handles()];
      const eager = await see(run(methods()).goals, { eager: true });
      const compiled = await see(run(methods()).goals);
      expect(eager.raws.size).toBeGreaterThan(0);
      expect([...eager.raws.values()].every(Number.isFinite)).toBe(true);
      expect([...compiled.raws.keys()]).toEqual([...eager.raws.keys()]);
      expect(apart(compiled.raws.values(), eager.raws.values())).toBeLessThan(1e-5);
      expect([memory().numTensors, handles()]).toEqual([tensors, held]);
    },
  );
});

describe("freezing", () => {
  test.each([false, true])("a stage moves its own modules and no other (eager: %s)", async (eager) => {
    const seen = await see(run(all()).goals, { eager });
    expect([...seen.after.keys()]).toEqual(["teacher", "baseline", "paraphraser", "psae", "psae-headers", "tan", "san", "distil"]);
    // every stage's checkpoint holds its own modules only, and a second run that reads the teacher's sees the same bytes
    for (const [stage, values] of seen.after) expect([...values.keys()].every((name) => name.startsWith(`${stage}/`))).toBe(true);
    const short = await see(run([supervised()]).goals, { eager });
    expect(allSame(part(seen, "teacher", "teacher/"), part(short, "teacher", "teacher/"))).toBe(true);
  });

  test("distillation with nothing but the supervised method is the baseline, byte for byte", async () => {
    const seen = await see(run([supervised()]).goals);
    const student = part(seen, "distil", "distil/student/");
    expect(student.size).toBeGreaterThan(0);
    for (const [name, values] of student)
      expect(same(values, part(seen, "baseline", name.replace("distil", "baseline")).values().next().value!)).toBe(true);
  });
});

describe("seeds, weights and sums", () => {
  test("same seed, same bytes; other seed, other numbers", async () => {
    const [a, b, c] = [await see(run(all()).goals), await see(run(all()).goals), await see(run(all()).goals, { seed: 8 })];
    expect([...a.raws].every(([name, value]) => Object.is(value, b.raws.get(name)))).toBe(true);
    expect(allSame(part(a, "distil", "distil/"), part(b, "distil", "distil/"))).toBe(true);
    expect([...a.raws].filter(([name, value]) => value === c.raws.get(name))).toEqual([]);
  });

  test("the step of all together is the sum of the steps alone", async () => {
    const together = await movement(all());
    const each = [
      await movement([supervised(), logitsKd()]),
      await movement([supervised(), flow()]),
      await movement([supervised(), msan(), dcgd({ centre: "sourceMean" }), dicd()]),
    ];
    const plain = await movement([supervised()]);
    const size = Math.max(...[...together.values()].flatMap((v) => [...v].map(Math.abs)));
    const gap = Math.max(
      ...[...together].flatMap(([name, values]) =>
        [...values].map((x, i) => Math.abs(x - each.reduce((s, e) => s + e.get(name)![i]!, 0) + 2 * plain.get(name)![i]!)),
      ),
    );
    // running averages move by the same amount in all of them, so they cancel as well
    expect(size).toBeGreaterThan(1e-3);
    expect(gap).toBeLessThan(2e-6);
  });

  test("a weight of 0 is left out, a scheduled 0 adds nothing, and a schedule moves a compiled step", async () => {
    const out = await see(run([supervised(), weigh(0, logitsKd())]).goals);
    expect([...out.raws.keys()].some((name) => name.includes("kd/"))).toBe(false);
    const never = { describe: "never", value: () => 0 };
    const [off, none] = [await see(run([supervised(), weigh(never, logitsKd())]).goals), await see(run([supervised()]).goals)];
    const flat = (seen: typeof off): number[] => [...part(seen, "distil", "distil/student/").values()].flatMap((v) => [...v]);
    expect(apart(flat(off), flat(none))).toBeLessThan(1e-5);
    const setting = { plain: true, rate: 0.1, dropout: 0, steps: 2 };
    const drift = await see(run([supervised(), weigh({ describe: "step", value: ({ step }) => step }, logitsKd())], setting).goals);
    const flatline = await see(run([supervised()], setting).goals);
    const ce = "distil/supervised/ce/1";
    expect(drift.raws.get(ce)).toBe(flatline.raws.get(ce)); // the first step had weight 0
    expect(allSame(part(drift, "distil", "distil/student/head"), part(flatline, "distil", "distil/student/head"))).toBe(false);
  });
});

describe.each([true, false])("adversary (eager: %s)", (eager) => {
  test("student's step and D's step do not see each other, and u moves once a step", async () => {
    const before = memoryStore();
    const two = (rate: number, d: number) =>
      see(run([supervised(), flow({ rate: d })], { plain: true, rate, steps: 1 }).goals, { eager }, before);
    const [both, noD, noS] = [await two(0.1, 1e-3), await two(0.1, 0), await two(0, 1e-3)];
    const [D, S] = ["distil/graph-flow/discriminator/", "distil/student/"];
    expect(allSame(part(both, "distil", S), part(noD, "distil", S))).toBe(true);
    expect(allSame(part(both, "distil", D), part(noS, "distil", D))).toBe(true);
    const start = part(
      await see(run([supervised(), flow({ adversarial: 0 })], { plain: true, rate: 0, steps: 1 }).goals, { eager }, before),
      "distil",
      D,
    );
    for (const [name, values] of start) expect(same(values, part(noD, "distil", name).get(name)!)).toBe(!/\/[uv]$/.test(name)); // D's weights: still at rate 0
    expect([...start].some(([name, values]) => !/\/[uv]$/.test(name) && !same(values, part(both, "distil", D).get(name)!))).toBe(true);
    // one power iteration by hand
    const [u0, w] = [start.get(`${D}conv1/u`)!, start.get(`${D}conv1`)!];
    const [o, n] = [u0.length, w.length / u0.length];
    const unit = (x: number[]): number[] => x.map((y) => y / Math.hypot(...x));
    const v = unit(Array.from({ length: n }, (_, i) => u0.reduce((s, u, j) => s + u * w[i * o + j]!, 0)));
    const u = unit(Array.from({ length: o }, (_, j) => v.reduce((s, x, i) => s + x * w[i * o + j]!, 0)));
    const moved = part(noD, "distil", D).get(`${D}conv1/u`)!;
    expect(Math.max(...u.map((x, j) => Math.abs(x - moved[j]!)))).toBeLessThan(1e-6);
  });
});

test("two D steps a step: eager = compiled", async () => {
  const twice = (eager: boolean) => see(run([supervised(), flow({ rounds: 2 })]).goals, { eager });
  expect(apart((await twice(false)).raws.values(), (await twice(true)).raws.values())).toBeLessThan(1e-5);
});

test("a view may ask for one transform twice: each draws numbers of its own", async () => {
  // x to u − x, twice: u₂ − u₁ + x, which is x again only if both drew the same
  const turn: Transform = {
    name: "turn",
    options: {},
    apply: (p, noise) => ({ ...p, images: sub(noise.uniform("u", [1, 1, 1]), p.images) }),
  };
  const spy: Distil = {
    name: "spy",
    options: {},
    wants: {},
    build: () => ({
      terms: [
        {
          name: "t",
          weight: 1e-9,
          loss: (step) => meanOver(abs(sub(step.view({ count: 1, transforms: [turn, turn] }, 1).images, step.images))),
        },
      ],
    }),
  };
  const { raws } = await see(run([supervised(), spy]).goals);
  expect(raws.get("distil/spy/t/0")).toBeGreaterThan(0.01);
});

test("running averages: only the anchor pass moves them", async () => {
  const averages = async (...methods: Distil[]) =>
    new Map(
      [...part(await see(run(methods, { plain: true, rate: 0 }).goals), "distil", "distil/student/")].filter(([name]) =>
        /mean|variance/.test(name),
      ),
    );
  const plain = await averages(supervised());
  expect(plain.size).toBeGreaterThan(0);
  expect([...plain.values()].some((v) => v.some((x) => x !== 0 && x !== 1))).toBe(true);
  expect(allSame(plain, await averages(supervised(), msan(), dcgd(), dicd()))).toBe(true);
});

describe("semi-supervised", () => {
  test.each([
    ["alone", () => [supervised(), logitsKd()]],
    ["all composed", () => [supervised(), logitsKd(), flow(), msan(), dcgd(), dicd()]],
  ] as const)("labels of unlabelled images change no byte (%s)", async (_, methods) => {
    const semi = (wrong: boolean) => see(run(methods(), { data: halves({ labelled: 4, unlabelled: 8, size: 4, wrong }) }).goals);
    const [right, wrong] = [await semi(false), await semi(true)];
    expect(right.raws.size).toBeGreaterThan(0);
    expect([...right.raws].every(([name, value]) => Number.isFinite(value) && Object.is(value, wrong.raws.get(name)))).toBe(true);
  });
});

test("processes with 3 and 1 of 4 images make the step of one with 4, dropout included", async () => {
  // no batch norm, which couples images; every count here grows with the images; all start from the same teacher, which is not moved
  const shard = async (images: number, only?: readonly [number, number]): Promise<number[]> => {
    const go = async (rate: number) => {
      const { goals } = run([supervised(), logitsKd()], { norm: false, plain: true, rate, steps: 1, data: discs(only ? { only } : {}) });
      const distil = goals[2]!;
      const still = { ...goals[0]!, steps: 1, optimiser: sgd({ rate: 0 }) };
      const nets = { ...distil.nets, teacher: frozen(from(still, "student")) };
      return part(
        await see([{ ...distil, nets }], { reduce: (local, what) => (what === "counts" ? local.map((t) => mul(t, 4 / images)) : local) }),
        "distil",
        "distil/student/",
      );
    };
    const [moved, start] = [await go(1), await go(0)];
    return [...moved].flatMap(([name, values]) => [...values].map((x, i) => x - start.get(name)![i]!));
  };
  const [whole, three, last] = [await shard(4), await shard(3, [0, 3]), await shard(1, [3, 4])];
  const gap = Math.max(...whole.map((x, i) => Math.abs(x - three[i]! - last[i]!)));
  const size = Math.max(...whole.map(Math.abs));
  expect(size).toBeGreaterThan(1e-2);
  expect(gap).toBeLessThan(1e-5 * size);
});

describe("tape, paths and means", () => {
  const nodes = (): number => ((engine() as unknown as { state: { activeTape?: readonly unknown[] } }).state.activeTape ?? []).length;

  test("a frozen network leaves next to nothing on the tape; a second read runs nothing", async () => {
    const grew: Record<string, number> = {};
    const spy: Distil = {
      name: "spy",
      options: {},
      wants: {},
      build: () => ({
        terms: [
          {
            name: "t",
            loss: (step) => {
              const a = nodes();
              void step.net.teacher.logits;
              const b = nodes();
              void step.net.student.logits;
              const c = nodes();
              void step.net.student.logits;
              Object.assign(grew, { teacher: b - a, student: c - b, again: nodes() - c });
              return meanOver(step.net.student.logits);
            },
          },
        ],
      }),
    };
    await see(run([spy], { steps: 1 }).goals, { eager: true });
    expect(grew["teacher"]).toBeLessThanOrEqual(2);
    expect(grew["student"]).toBeGreaterThan(20);
    expect(grew["again"]).toBe(0);
  });

  test("a decode by the frozen teacher reaches the student's encoder only; so does dcgd", async () => {
    const through: Method<"through", { student: never; teacher: never }> = {
      name: "through",
      options: {},
      wants: {},
      uses: [alignment],
      build: ({ use }) => {
        const a = use(alignment);
        return {
          terms: [
            {
              name: "t",
              loss: (step) => {
                const { student, teacher } = step.net;
                return meanOver(
                  square(
                    teacher.decode({ ...teacher.encoding, bottleneck: a.teacher.decode(a.student.encode(student.encoding.bottleneck)) }),
                  ),
                );
              },
            },
          ],
        };
      },
    };
    for (const method of [through, dcgd()]) {
      const moved = [...(await movement([msan(), method], {}, 1))]
        .filter(([, v]) => v.some((x) => x !== 0))
        .map(([name]) => name.split("/")[2]!);
      expect(moved).toContain("down3");
      expect(moved.filter((name) => /up|head/.test(name))).toEqual([]);
    }
  });

  test("a collected mean is the mean over the data", async () => {
    const counts: Distil = {
      name: "mean",
      options: {},
      wants: {},
      build: ({ scope }) => {
        const m = scope.module("m", (make) => ({ s: make.state("s", [1], "zeros") }));
        return {
          collect: [
            {
              into: m.s,
              when: "epoch",
              of: (step) => ({ sum: mean(step.images, [1, 2]), count: ones([step.images.shape[0]]) }),
            },
          ],
        };
      },
    };
    const seen = await see(run([supervised(), counts]).goals);
    const values: number[] = [];
    for await (const batch of discs().epoch(0, 7)) values.push(...batch.images);
    const byHand = values.reduce((s, x) => s + x, 0) / values.length;
    expect(part(seen, "distil", "distil/mean/m/s").get("distil/mean/m/s")![0]!).toBeCloseTo(byHand, 6);
  });

  test("more steps leave no more handles", async () => {
    const growth = async (steps: number): Promise<number> => {
      const before = handles();
      await see(run(all(), { steps }).goals);
      return handles() - before;
    };
    await growth(2);
    expect(await growth(20)).toBe(0);
  });
});
