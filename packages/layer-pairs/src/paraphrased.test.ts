import { abs, add, mean, mul, slice, sub, square, tensor4d, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { compile, startEngine } from "@segdistill/backend";
import { hasBfloat16 } from "@segdistill/backend/library";
import { publishedRates, scope, stage, type Data, type Module } from "@segdistill/core";
import type { At, Built, CheckedMethod, Stage, Step, Wants } from "@segdistill/core/contract";
import { describe, expect, test } from "vitest";
import { paraphrased, paraphraser, paraphraserOption, quarter, type ParaphraserOptions } from "./index.js";

await startEngine();

const shape = (channels: number) => ({ stride: 4, channels });
const net = {
  student: { taps: { "encoder/4": shape(3), "decoder/4": shape(2), "decoder/8": shape(3) } },
  teacher: { taps: { "encoder/4": shape(6), "decoder/4": shape(5) } },
};
const data = {
  picture: { height: 8, width: 12, channels: 1, classes: 2 },
  fingerprint: "f",
  batchSize: 2,
  batchesPerEpoch: 7,
  epoch: undefined as never,
} as Data;
const teacherStage = stage({ name: "teacher", nets: {}, methods: [], data, steps: 1, optimiser: undefined as never });
const of = (pairs: typeof quarter, options?: ParaphraserOptions): Stage => {
  const [one, ...more] = paraphrased(pairs, options).stages({
    net,
    data,
    trained: { teacher: { stage: teacherStage as unknown as Stage, role: "student", spec: net.teacher } },
  } as never);
  expect(more).toEqual([]);
  return one!;
};
const built = (method: CheckedMethod): Built<Step<Wants>> =>
  (method.build as (site: unknown) => Built<Step<Wants>>)({ scope: scope("p", "paraphrasing", 0, new Map<string, Module>()), net });

describe("the stage", () => {
  test("trains a paraphraser for each map of the teacher on the data of the method, by plain descent", () => {
    const made = of(quarter);
    expect(made).toMatchObject({ name: "paraphrasers-encoder4-decoder4", steps: 200 * 7, data: { fingerprint: "f" } });
    expect(made.optimiser.describe).toMatchObject({ sgd: { momentum: 0.9, decay: 2e-4 } });
    expect(made.methods.map(({ options, wants }) => ({ options, wants }))).toEqual([
      {
        options: {
          wanted: [
            { tap: "encoder/4", to: 3 },
            { tap: "decoder/4", to: 2 },
          ],
          loss: "mse",
        },
        wants: { teacher: ["encoder/4", "decoder/4"] },
      },
    ]);
  });

  test("its rate is the published one over 200 epochs, and the same stairs over any other number", () => {
    const rate = (options: ParaphraserOptions, at: Partial<At>): number => {
      const { rate: schedule } = of(quarter, options).optimiser;
      return (schedule as { value: (at: At) => number }).value({ step: 0, steps: 1000, perEpoch: 7, epoch: 0, ...at });
    };
    for (const at of [{}, { epoch: 99, step: 500 }, { epoch: 100, step: 505 }, { epoch: 199, step: 999 }])
      expect(rate({}, at)).toBe(publishedRates.graphFlowParaphraser().value({ step: 0, steps: 1000, perEpoch: 7, epoch: 0, ...at }));
    expect([9, 10].map((epoch) => rate({ epochs: 20 }, { epoch }))).toEqual([3e-4, 3e-6]);
  });

  test("requests that differ have stages of their own, and equal ones the same", () => {
    expect(of(quarter, { loss: "l1", epochs: 20 }).name).toBe("paraphrasers-encoder4-decoder4-l1-20epochs");
    expect(of(quarter, { epochs: 200 }).name).toBe(of(quarter).name);
    expect(paraphrased(quarter).uses).toEqual([{ name: "paraphrasers-encoder4-decoder4", version: 1 }]);
  });

  test("a map that is read twice with the same channels is paraphrased once; with others, once for each", () => {
    const student = { encoder: "encoder/4", decoder: "decoder/8" } as const;
    const teacher = { encoder: "encoder/4", decoder: "encoder/4" } as const;
    const pairs = [
      { student, teacher },
      { student: { encoder: "decoder/4", decoder: "encoder/4" }, teacher },
    ] as unknown as typeof quarter;
    expect((of(pairs).methods[0]!.options as { wanted: unknown }).wanted).toEqual([
      { tap: "encoder/4", to: 3 },
      { tap: "encoder/4", to: 2 },
    ]);
  });
});

test.each(["mse", "l1"] as const)("the loss %s of each map, by its own paraphraser, whose encoder is handed out", (loss) => {
  const [method] = of(quarter, { loss }).methods as [CheckedMethod];
  const { terms, trains, provides } = built(method);
  expect(terms!.map(({ name }) => name)).toEqual(["encoder/4-to-3", "decoder/4-to-2"]);
  expect(trains!.map(({ name }) => name)).toEqual(["p/encoder/4-to-3", "p/decoder/4-to-2"]);
  const maps: Record<string, Tensor4D> = {
    "encoder/4": tensor4d(
      Array.from({ length: 2 * 5 * 7 * 6 }, (_, i) => Math.sin(i)),
      [2, 5, 7, 6],
    ),
    "decoder/4": tensor4d(
      Array.from({ length: 2 * 5 * 7 * 5 }, (_, i) => Math.cos(3 * i)),
      [2, 5, 7, 5],
    ),
  };
  const step = { net: { teacher: { tap: (name: string) => maps[name] } } } as unknown as Step<Wants>;
  const encode = provides![0]!.value as (tap: string, channels: number) => (x: Tensor4D) => Tensor4D;
  for (const [i, [tap, to]] of (
    [
      ["encoder/4", 3],
      ["decoder/4", 2],
    ] as const
  ).entries()) {
    const module = trains![i] as unknown as { encode: (x: Tensor4D) => Tensor4D; decode: (x: Tensor4D) => Tensor4D };
    expect(encode(tap, to)).toBe(module.encode);
    const apart: Tensor = sub(module.decode(module.encode(maps[tap]!)), maps[tap]!);
    const expected = mean(loss === "mse" ? square(apart) : abs(apart)).dataSync()[0]!;
    const { sum, count } = terms![i]!.loss(step);
    const total = (x: Tensor): number => [...x.dataSync()].reduce((a, b) => a + b, 0);
    expect(Math.abs(total(sum) / total(count!) / expected - 1)).toBeLessThan(1e-5);
  }
});

test("the encoders of each pair lead each of its maps to its own channels", () => {
  const use = () => (tap: string, channels: number) => (x: Tensor4D) =>
    slice(mul(x, tap === "encoder/4" ? 2 : 3), [0, 0, 0, 0], [-1, -1, -1, channels]);
  const [one, ...more] = paraphrased(quarter).encoders({ net, use } as never);
  expect(more).toEqual([]);
  const ones = (channels: number): Tensor4D => tensor4d(Array<number>(channels).fill(1), [1, 1, 1, channels]);
  expect([...one!.encoder(ones(6)).dataSync()]).toEqual([2, 2, 2]);
  expect([...one!.decoder(ones(5)).dataSync()]).toEqual([3, 3]);
});

test("a configuration's options: defaults, and what is refused", () => {
  expect(paraphraserOption.parse(undefined)).toEqual({ loss: "mse", epochs: 200 });
  expect(paraphraserOption.parse({ epochs: 20 })).toEqual({ loss: "mse", epochs: 20 });
  for (const wrong of [{ epochs: 0 }, { epochs: 1.5 }, { loss: "l2" }, { rate: 1 }])
    expect(paraphraserOption.safeParse(wrong).success).toBe(false);
});

test.skipIf(!hasBfloat16())("in a bfloat16 step what follows an encoder, or the loss's decoder, is float32", () => {
  const module = scope("p", "pm", 0, new Map<string, Module>()).module("pm", paraphraser({ from: 6, to: 3 }).build);
  const [encoders] = paraphrased(quarter).encoders({ net, use: () => () => module.encode } as never);
  const step = compile(
    (x) => {
      const y = encoders!.encoder(x as Tensor4D);
      return [y, add(y, 1e-3)];
    },
    { variables: Object.values(module.variables), precision: "bfloat16" },
  );
  const map = tensor4d(Array.from({ length: 2 * 8 * 8 * 6 }, (_, i) => 20 * Math.sin(i)), [2, 8, 8, 6]); // prettier-ignore
  const [plain, more] = step.runSync(map).map((t) => t.dataSync()) as [Float32Array, Float32Array];
  step.dispose();
  expect(Math.max(...plain)).toBeGreaterThan(1); // where bfloat16's steps are 1/128
  for (const [i, value] of plain.entries()) expect(Math.abs(more[i]! - value - 1e-3)).toBeLessThan(1e-5);
});
