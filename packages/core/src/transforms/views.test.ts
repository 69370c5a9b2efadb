import { memory, mul, squaredDifference } from "@tensorflow/tfjs-core";
import { startEngine } from "@segdistill/backend";
import { beforeAll, describe, expect, test } from "vitest";
import type { CheckedMethod, Step, Transform, Wants } from "../contract/index.js";
import { meanOver } from "../reductions.js";
import { memoryStore } from "../store.js";
import { fit, fitting } from "../testing/small.js";
import { train } from "../train.js";
import { asOne, blur, brightness, contrast, elastic, flips, gamma, noise, rotate, rotate90, scale } from "./index.js";

beforeAll(async () => {
  await startEngine();
});

const range = [-1, 1] as const;
const geometry = () => asOne([flips(), rotate({ degrees: 40 }), scale({ from: 0.8, to: 1.25 }), elastic({ deviation: 0.5, spacing: 4 })]);
const appearances = () => [
  brightness({ by: 0.1, range }),
  contrast({ from: 0.8, to: 1.25, range }),
  gamma({ from: 0.8, to: 1.25, range }),
  blur({ from: 0, to: 0.5, range }),
  noise({ from: 0, to: 0.1, range, probability: 0.5 }),
];

/** How far the student's answers to two views, and to a view and the anchor, are apart. */
const method = (transforms: () => readonly Transform[]): CheckedMethod => ({
  name: "own",
  options: {},
  wants: {},
  build: (() => ({
    terms: [
      ["views", 1, 2],
      ["anchor", 0, 1],
      ["again", 1, 2],
    ].map(([name, a, b]) => ({
      name,
      loss: (step: Step<Wants>) => {
        const request = { count: 2, transforms: transforms() };
        const [one, other] = [step.view(request, a as number), step.view(request, b as number)];
        const apart = squaredDifference(one.net["student"]!.logits, other.net["student"]!.logits);
        return meanOver(apart, mul(one.valid, other.valid));
      },
    })),
  })) as never,
});

async function raws(transforms: () => readonly Transform[], eager: boolean): Promise<Record<"views" | "anchor" | "again", number>[]> {
  const store = memoryStore();
  const stage = fitting({ methods: [fit() as CheckedMethod, method(transforms)], steps: 4 });
  (await train([stage], { seed: 1, eager, store })).dispose();
  return store.steps.map(({ record: { terms } }) => ({
    views: terms["own/views"]!.raw,
    anchor: terms["own/anchor"]!.raw,
    again: terms["own/again"]!.raw,
  }));
}

describe("views of a stage that trains", () => {
  test.each([
    ["geometric transforms", () => [geometry()]],
    ["transforms of pixel values", appearances],
    ["both", () => [geometry(), ...appearances()]],
  ] as const)("%s: eager = compiled, other numbers in every step and view, equal requests shared, nothing left", async (_, transforms) => {
    await raws(transforms, true);
    const tensors = memory().numTensors;
    const [eager, compiled, again] = [await raws(transforms, true), await raws(transforms, false), await raws(transforms, false)];
    expect(memory().numTensors).toBe(tensors);
    expect(again).toEqual(compiled);
    expect(eager.length).toBe(4);
    for (const [i, { views, anchor, again: second }] of compiled.entries()) {
      expect(Math.abs(views - eager[i]!.views)).toBeLessThan(1e-5);
      expect(Math.abs(anchor - eager[i]!.anchor)).toBeLessThan(1e-5);
      expect(views).toBeGreaterThan(1e-6);
      expect(anchor).toBeGreaterThan(1e-6);
      expect(second).toBe(views);
    }
    expect(new Set(compiled.map(({ views }) => views)).size).toBe(4);
  });

  test("a quarter turn of pictures that are not square is refused before the first step is done", async () => {
    await expect(raws(() => [rotate90()], false)).rejects.toMatchObject({
      code: "core/not-square",
      message:
        "[rotate90] the pictures are 2 x 3 (height x width). Expected square ones, which keep their shape. Use a square patch, or rotate.",
    });
  });
});

test.each([
  ["of pixel values", appearances, true],
  ["geometric", () => [geometry()], false],
] as const)(
  "labels and validity of a view are the picture's own tensors where no transform touches them: %s",
  async (_, transforms, own) => {
    const seen: boolean[] = [];
    const looking: CheckedMethod = {
      name: "own",
      options: {},
      wants: {},
      build: (() => ({
        terms: [
          {
            name: "looks",
            loss: (step: Step<Wants>) => {
              const view = step.view({ count: 1, transforms: transforms() }, 1);
              seen.push(view.labels === step.labels, view.valid === step.valid, view.images === step.images);
              return meanOver(view.images);
            },
          },
        ],
      })) as never,
    };
    (await train([fitting({ methods: [fit() as CheckedMethod, looking], steps: 1 })], { seed: 1, eager: true })).dispose();
    expect(seen.slice(0, 3)).toEqual([own, own, false]);
  },
);
