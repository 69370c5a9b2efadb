import { mean, tensor, tensor4d, tidy, type Tensor4D } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { scope, type Method, type Module, type Pass, type Step, type Views } from "@segdistill/core";
import { expectClose } from "@segdistill/core/testing";
import { mobileUNet, uNet } from "@segdistill/models";
import { describe, expect, test } from "vitest";
import { dcgd } from "../src/index.js";
import { blobs, pictures, supervised, toGradient, watched, type Watched } from "@segdistill/alignment/testing";
import { distil } from "./steps.js";

await startEngine();

type Both = { student: never; teacher: never };
const encoder = (name: string): boolean => /^(encoder|bottleneck)\//.test(name);
const views = { count: 3, transforms: [{ brightness: { by: 0.2 } }, { noise: { from: 0, to: 0.1 } }] } as const;

/** A mistake: the teacher is shown views of its own. */
const redrawn = (method: Method<"dcgd", Both>): Method<"dcgd", Both> => ({
  ...method,
  build: (site) => {
    const built = method.build!(site);
    const seen = (step: Step<Both>): Step<Both> =>
      Object.create(step, {
        view: {
          value: (request: Views, k: number) => {
            const again = { ...request, transforms: request.transforms.map((one) => ({ ...one, options: { again: one.options } })) };
            return { net: { student: step.view(request, k).net.student, teacher: step.view(again, k).net.teacher } };
          },
        },
        once: { value: <T>(_: string, make: () => T): T => make() },
      }) as Step<Both>;
    return { ...built, terms: built.terms!.map((term) => ({ ...term, loss: (step) => term.loss(seen(step)) })) };
  },
});

describe("what runs", () => {
  /** What both networks are shown in one step. */
  const shown = async (method: Method<"dcgd", Both>) => {
    const [teacher, student]: [Watched, Watched] = [
      { encoded: [], decoded: 0 },
      { encoded: [], decoded: 0 },
    ];
    await distil({
      methods: [method],
      teacher: watched(uNet({ width: 2, classes: 2 }), teacher),
      student: watched(mobileUNet({ classes: 2 }), student),
    });
    // the alignment's five steps come first, with the picture alone; the gate's sweep over the two batches last
    const of = (seen: Watched): Shown => {
      const all = pictures(seen);
      return { pictures: all.slice(5, 9), swept: all.length - 9, decoded: seen.decoded };
    };
    return [of(teacher), of(student)] as const;
  };
  interface Shown {
    readonly pictures: Float32Array[];
    /** In the gate's sweep. */
    readonly swept: number;
    readonly decoded: number;
  }
  const drawnOnce = ([teacher, student]: readonly [Shown, Shown]): void => {
    expect(new Set(student.pictures.map((one) => one.join())).size).toBe(4);
    const of = ({ pictures: all }: Shown): string[] => all.map((one) => one.join()).sort();
    expect(of(teacher)).toEqual(of(student));
  };

  test("views are drawn once, and both networks see the same ones; nothing is decoded", async () => {
    const found = await shown(dcgd({ views }));
    drawnOnce(found);
    expect(found.map(({ decoded }) => decoded)).toEqual([0, 0]);
    expect(found.map(({ swept }) => swept)).toEqual([8, 0]); // the teacher's edges are measured, of two batches with three views each
  });

  test("views drawn anew for the teacher are told", async () => {
    const found = await shown(redrawn(dcgd({ views })));
    expect(() => drawnOnce(found)).toThrow();
  });

  test("pictures of a batch as the only nodes need no view", async () => {
    const [teacher, student]: [Watched, Watched] = [
      { encoded: [], decoded: 0 },
      { encoded: [], decoded: 0 },
    ];
    await distil({
      methods: [dcgd({ nodes: "batch", intra: 0 })],
      teacher: watched(uNet({ width: 2, classes: 2 }), teacher),
      student: watched(mobileUNet({ classes: 2 }), student),
    });
    expect([teacher, student].map((seen) => pictures(seen).length)).toEqual([6, 6]); // five steps of the alignment, one of ours
  });
});

describe("whom the gradient reaches", () => {
  test.each([
    ["intra", { inter: 0 }],
    ["inter", { intra: 0 }],
    ["inter of a batch", { intra: 0, nodes: "batch" }],
    ["both, by divergence, centred", { loss: "kl", centre: "sourceMean" }],
  ] as const)("%s: every variable of the student's encoder, none of its decoder, nothing of the teacher", async (_, options) => {
    const { reached, frozen } = await distil({ methods: [dcgd({ ...options, views })], optimiser: toGradient });
    const { moved, still } = reached();
    expect(moved.length).toBeGreaterThan(100);
    expect(moved.filter((name) => !encoder(name))).toEqual([]);
    expect(still.filter(encoder)).toEqual([]);
    expect(frozen().moved).toEqual([]);
  });
});

describe("running statistics", () => {
  const statistics = async (methods: readonly Method<string, Both>[], wrong = { movesAlways: false }) => {
    const seen: Watched = { encoded: [], decoded: 0 };
    const found = await distil({ methods, student: watched(mobileUNet({ classes: 2 }), seen, wrong) });
    pictures(seen);
    return found.statistics();
  };
  const both = () => [supervised() as unknown as Method<string, Both>, dcgd({ views })];

  test("are moved by the picture's pass alone, as without DCGD; moved by views they are told", async () => {
    const alone = await statistics([supervised() as unknown as Method<string, Both>]);
    expect(Object.keys(alone).length).toBeGreaterThan(50);
    expect(await statistics(both())).toEqual(alone);
    const wrong = await statistics(both(), { movesAlways: true });
    const other = Object.keys(alone).filter((name) => wrong[name]!.some((x, i) => x !== alone[name]![i]));
    expect(other.filter(encoder).length).toBeGreaterThan(50);
  });
});

describe("the centre", () => {
  /** The mean latent vector over all four pictures, network in inference: mean over positions, times W. */
  const expected = async (network: Network, down: ArrayLike<number>): Promise<number[]> => {
    const data = blobs();
    const all: number[][] = [];
    for await (const { images } of data.epoch(0, 0)) {
      const still: Pass = { mode: "inference", statistics: "still", noise: undefined as never };
      const means = tidy(() => mean(network(tensor4d(images, [2, 32, 64, 1]), still), [1, 2]).arraySync() as number[][]);
      all.push(...means);
    }
    const average = all[0]!.map((_, c) => all.reduce((sum, one) => sum + one[c]!, 0) / 4);
    return [0, 1, 2].map((j) => average.reduce((sum, x, c) => sum + x * down[3 * c + j]!, 0));
  };
  type Network = (images: Tensor4D, pass: Pass) => Tensor4D;
  type Found = Awaited<ReturnType<typeof distil>>;
  /** A network with the values that a stage left. */
  const rebuilt = (spec: ReturnType<typeof uNet> | ReturnType<typeof mobileUNet>, { of }: Found, prefix: string): Network => {
    const network = spec.build(scope("again", spec.name, 0, new Map<string, Module>()) as never);
    for (const [name, v] of Object.entries({ ...network.variables, ...network.state }))
      tidy(() => v.assign(tensor(of(`${prefix}/${name}`), v.shape)));
    return (images, pass) => network.encode(images, pass).bottleneck;
  };

  test("is the mean over all pictures: the teacher's of the start, the student's of the latest epoch's start", async () => {
    const methods = [dcgd({ views, centre: "sourceMean" })];
    const epoch = await distil({ methods, steps: 2 });
    const more = await distil({ methods, steps: 3 });
    const down = (side: string): Float32Array => more.of(`linear-alignment/fitted/${side}/down`);
    const teacher = await expected(rebuilt(uNet({ width: 2, classes: 2 }), more, "teacher/student"), down("teacher"));
    const untrained = await expected(rebuilt(mobileUNet({ classes: 2 }), more, "scratch/student"), down("student"));
    const later = await expected(rebuilt(mobileUNet({ classes: 2 }), epoch, "distilled/student"), down("student"));
    expectClose(epoch.of("distilled/dcgd/centre/student"), untrained, { what: "the student's, first epoch" });
    expectClose(more.of("distilled/dcgd/centre/student"), later, { what: "the student's, second epoch" });
    expectClose(more.of("distilled/dcgd/centre/teacher"), teacher, { what: "the teacher's" });
    expect(Math.max(...later.map((x, i) => Math.abs(x - untrained[i]!)))).toBeGreaterThan(1e-3 * Math.max(...later.map(Math.abs)));
  });
});

test("the gate warns where views do nothing, and tells by how much", async () => {
  const of = async (by: number) => distil({ methods: [dcgd({ views: { count: 2, transforms: [{ brightness: { by } }] } })] });
  const [same, other] = [await of(0), await of(0.5)];
  expect(same.gates).toEqual([{ event: "gate", gate: "dcgd/spread", value: expect.closeTo(0, 6) as number, passed: false }]);
  expect(same.steps[0]!["dcgd/intra"]!.raw).toBeLessThan(1e-10);
  expect(other.gates[0]!.value).toBeGreaterThan(same.gates[0]!.value + 1e-5);
});

test("both terms are expected to be 5 to 50 % of the cross-entropy in the first epoch", async () => {
  // far too light and far too heavy
  const { steps, gates } = await distil({
    methods: [supervised() as unknown as Method<string, Both>, dcgd({ views, intra: 1e-4, inter: 1e9 })],
    steps: 2,
  });
  const over = (term: string): number => steps.reduce((sum, terms) => sum + terms[term]!.raw * terms[term]!.weight, 0);
  const found = ["dcgd/intra", "dcgd/inter"].map((term) => over(term) / over("supervised/ce"));
  expect(found[0]).toBeLessThan(0.05);
  expect(found[1]).toBeGreaterThan(0.5);
  const { gate, value, passed, warning } = gates[0]!;
  expect({ gate, passed }).toEqual({ gate: "dcgd/intra/share", passed: false });
  expect(value).toBeCloseTo(found[0]!, 12);
  expect(warning).toMatch(
    /^\[dcgd\/intra\] .* of that of supervised\/ce\. Expected 5 % to 50 %\. Raise its weight, option "intra" of dcgd;/,
  );
  expect(gates[1]).toMatchObject({ gate: "dcgd/inter/share", passed: false });
  expect(gates[1]!.value / found[1]!).toBeCloseTo(1, 6);
  expect(gates[1]!.warning).toMatch(/Expected 5 % to 50 %\. Lower its weight, option "inter" of dcgd;/);
  expect(gates[2]).toMatchObject({ gate: "dcgd/spread" });
});

test("U-Net and Mobile U-Net, compiled: three steps, everything finite", async () => {
  const { steps } = await distil({ methods: [dcgd()], steps: 3, eager: false });
  expect(steps.length).toBe(3);
  for (const terms of steps) {
    expect(Object.keys(terms)).toEqual(["dcgd/intra", "dcgd/inter"]);
    for (const { raw } of Object.values(terms)) expect(raw > 0 && raw < 4).toBe(true);
  }
});
