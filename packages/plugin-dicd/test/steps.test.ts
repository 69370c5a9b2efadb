import { startEngine } from "@segdistill/backend";
import { alignment, type Alignment } from "@segdistill/alignment";
import { constant, meanOver, type Method, type Step } from "@segdistill/core";
import { mobileUNet, uNet } from "@segdistill/models";
import { describe, expect, test } from "vitest";
import { dicd, predictionDifference, studentThroughItself, studentThroughTeacher, teacherThroughStudent } from "../src/index.js";
import type { Crossing } from "../src/index.js";
import { pictures, supervised, toGradient, watched, type Watched } from "@segdistill/alignment/testing";
import { distil } from "./steps.js";

await startEngine();

type Both = { student: never; teacher: never };
type Prediction = (aligned: Alignment, step: Step<Both>) => ReturnType<typeof studentThroughTeacher>;
/** D(P_T, one cross prediction) alone. */
const one = (prediction: Prediction): Method<"one", Both> => ({
  name: "one",
  options: {},
  wants: { student: [], teacher: [] },
  uses: [alignment],
  build: ({ use }) => {
    const aligned = use(alignment);
    const loss = (step: Step<Both>) => meanOver(predictionDifference(step.net.teacher.logits, prediction(aligned, step), "kl"), step.valid);
    return { terms: [{ name: "cross", loss }] };
  },
});

const parts = {
  skips: (name: string): boolean => name.startsWith("encoder/"), // x1 … x4
  deepest: (name: string): boolean => name.startsWith("bottleneck/"), // what comes after x4: x5
  decoder: (name: string): boolean => /^(decoder|head)\//.test(name),
};
type Part = keyof typeof parts;

describe("whom the gradient reaches, by name", () => {
  test.each<readonly [string, Method<string, Both>, readonly Part[]]>([
    ["the student through the teacher", one(studentThroughTeacher), ["skips", "deepest"]],
    ["the teacher through the student", one((a, step) => teacherThroughStudent(a, step, { detachSkips: false })), ["skips", "decoder"]],
    ["the same with detached skips", one((a, step) => teacherThroughStudent(a, step, { detachSkips: true })), ["decoder"]],
    [
      "the student through itself",
      one((a, step) => studentThroughItself(a, step, { detachSkips: false })),
      ["skips", "deepest", "decoder"],
    ],
    [
      "the same with detached skips",
      one((a, step) => studentThroughItself(a, step, { detachSkips: true })),
      ["skips", "deepest", "decoder"],
    ],
    ["dicd", dicd(), ["skips", "deepest", "decoder"]],
    ["dicd with detached skips", dicd({ detachSkips: true }), ["skips", "deepest", "decoder"]],
  ])("%s", async (_, method, expected) => {
    const { reached, frozen } = await distil({ methods: [method], optimiser: toGradient });
    const { moved, still } = reached();
    for (const [part, of] of Object.entries(parts)) {
      const wanted = expected.includes(part as Part);
      const [all, none] = wanted ? [moved, still] : [still, moved];
      expect(none.filter(of), part).toEqual([]);
      expect(all.filter(of).length, part).toBeGreaterThan(10);
    }
    expect(moved.length + still.length).toBe([...moved, ...still].filter((name) => Object.values(parts).some((of) => of(name))).length);
    expect(frozen().moved).toEqual([]);
  });

  test("a gradient that is cut in the teacher's decoder is told", async () => {
    const cut: Prediction = (a, step) => {
      const teacher = { ...a.teacher, decode: (...of: Parameters<typeof a.teacher.decode>) => constant(a.teacher.decode(...of)) };
      return studentThroughTeacher({ ...a, teacher }, step);
    };
    await expect(distil({ methods: [one(cut)], optimiser: toGradient }).then(({ reached }) => reached().moved)).resolves.toEqual([]);
  });
});

describe("what runs", () => {
  const counts = async (method: Method<string, Both>) => {
    const [teacher, student]: [Watched, Watched] = [
      { encoded: [], decoded: 0 },
      { encoded: [], decoded: 0 },
    ];
    await distil({
      methods: [supervised() as unknown as Method<string, Both>, { ...method, build: (site) => ({ ...method.build!(site), gates: [] }) }],
      teacher: watched(uNet({ width: 2, classes: 2 }), teacher),
      student: watched(mobileUNet({ classes: 2 }), student),
    });
    // the alignment's five steps encode only
    const of = (seen: Watched) => ({ encoded: pictures(seen).length - 5, decoded: seen.decoded });
    return { teacher: of(teacher), student: of(student) };
  };

  test("no encoder runs again; each network decodes its own and one more", async () => {
    expect(await counts(dicd())).toEqual({ teacher: { encoded: 1, decoded: 2 }, student: { encoded: 1, decoded: 2 } });
    expect(await counts(dicd({ detachSkips: true }))).toEqual({ teacher: { encoded: 1, decoded: 2 }, student: { encoded: 1, decoded: 2 } });
    expect(await counts(dicd({ headers: "own" }))).toEqual({ teacher: { encoded: 1, decoded: 1 }, student: { encoded: 1, decoded: 2 } });
  });

  test("skips that are encoded again are told", async () => {
    const again: Prediction = (a, step) => {
      const { net } = step.view({ count: 1, transforms: [] }, 1);
      const { teacher, student } = step.net;
      const { logits, tap, decode } = student;
      const encoded = { ...student.encoding, skips: net.student.encoding.skips };
      const crossing: Crossing = { net: { teacher, student: { encoding: encoded, logits, tap, decode } }, pass: step.pass };
      return teacherThroughStudent(a, crossing, { detachSkips: false });
    };
    expect((await counts(one(again))).student.encoded).toBe(2);
  });
});

describe("running statistics", () => {
  const statistics = async (methods: readonly Method<string, Both>[], wrong = { movesAlways: false }) => {
    const seen: Watched = { encoded: [], decoded: 0 };
    const found = await distil({ methods, student: watched(mobileUNet({ classes: 2 }), seen, wrong) });
    pictures(seen);
    return found.statistics();
  };
  const ce = () => supervised() as unknown as Method<string, Both>;

  test("are moved by the ordinary pass alone, as without DICD; moved by a cross prediction they are told", async () => {
    const alone = await statistics([ce()]);
    const decoders = Object.keys(alone).filter(parts.decoder);
    expect(decoders.length).toBeGreaterThan(10);
    expect(await statistics([ce(), dicd()])).toEqual(alone);
    const wrong = await statistics([ce(), dicd()], { movesAlways: true });
    expect(decoders.filter((name) => wrong[name]!.some((x, i) => x !== alone[name]![i])).length).toBeGreaterThan(10);
  });
});

test.each([
  [1e-4, "Raise"],
  [1e3, "Lower"],
])("weight %d: expected are 5 to 50 percent of the cross-entropy in the first epoch", async (cross, verb) => {
  const methods = [supervised() as unknown as Method<string, Both>, dicd({ cross })];
  const { steps, gates } = await distil({ methods, steps: 2 });
  const over = (term: string): number => steps.reduce((sum, terms) => sum + terms[term]!.raw * terms[term]!.weight, 0);
  const [{ gate, value, passed, warning }] = gates as [(typeof gates)[number]];
  expect({ gate, passed }).toEqual({ gate: "dicd/cross/share", passed: false });
  expect(value / (over("dicd/cross") / over("supervised/ce"))).toBeCloseTo(1, 6);
  expect(warning).toContain("of that of supervised/ce. Expected 5 % to 50 %.");
  expect(warning).toContain(`${verb} its weight, option "cross" of dicd;`);
});

test.each([{ divergence: "ce" }, { divergence: "mse", headers: "own", detachSkips: true }] as const)(
  "U-Net and Mobile U-Net, compiled, three steps: %o",
  async (options) => {
    const { steps } = await distil({ methods: [dicd(options)], steps: 3, eager: false });
    expect(steps.length).toBe(3);
    for (const terms of steps) {
      expect(Object.keys(terms)).toEqual(["dicd/cross"]);
      expect(terms["dicd/cross"]).toEqual({ raw: expect.any(Number) as number, weight: 0.5 });
      expect(terms["dicd/cross"]!.raw > 0 && terms["dicd/cross"]!.raw < 20).toBe(true);
    }
  },
);
