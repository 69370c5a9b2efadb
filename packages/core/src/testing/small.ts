import { add, matMul, memory, mul, reshape, squaredDifference, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Batch, Data, Json, Method, NetworkSpec, Pass, Stage } from "../contract/index.js";
import { sgd } from "../optimisers/sgd.js";
import { meanOver } from "../reductions.js";
import type { Run } from "../run.js";
import { learns, stage } from "../stages.js";
import { train } from "../train.js";

/** Four cases of 2 × 3 pixels in batches of two, in another order every epoch. `nan` is a case with a pixel that is not a number. */
export function cases(
  o: { readonly nan?: string; readonly fingerprint?: string; readonly channels?: number; readonly classes?: number } = {},
): Data {
  const picture = { height: 2, width: 3, channels: o.channels ?? 1, classes: o.classes ?? 2 };
  const pixel = (id: string, u: number): number => (id === o.nan && u === 0 ? NaN : Math.sin(u + 10 * id.charCodeAt(0)));
  const batch = (ids: readonly string[]): Batch => ({
    images: Float32Array.from({ length: 6 * ids.length * picture.channels }, (_, i) => pixel(ids[Math.floor(i / 6) % ids.length]!, i % 6)),
    labels: Uint8Array.from({ length: 6 * ids.length }, (_, i) => Number(pixel(ids[Math.floor(i / 6)]!, i % 6) > 0)),
    valid: new Uint8Array(6 * ids.length).fill(1),
    labelled: new Uint8Array(ids.length).fill(1),
    cases: ids,
    occurrences: ids.map(() => 0),
  });
  return {
    picture,
    fingerprint: o.fingerprint ?? "four",
    batchSize: 2,
    batchesPerEpoch: 2,
    epoch: async function* (epoch, _, first = 0) {
      const order = Array.from({ length: 4 }, (__, i) => "abcd".charAt((i + epoch) % 4));
      for (let i = first; i < 2; i++) yield await Promise.resolve(batch(order.slice(2 * i, 2 * i + 2)));
    },
  };
}

/** Logits = pixel · w + b: the smallest network. Tap "map" is the image. In training its state `seen` moves by 1; `twice` moves it again. */
export function line(
  name = "line",
  o: { readonly twice?: boolean; readonly options?: Json; readonly more?: Partial<NetworkSpec<"map">> } = {},
): NetworkSpec<"map"> {
  return {
    name,
    options: o.options ?? {},
    inputChannels: 1,
    classes: 2,
    multiple: 1,
    bottleneck: { stride: 1, channels: 1 },
    taps: { map: { stride: 1, channels: 1 } },
    build: (scope) =>
      scope.module("", (make) => {
        const [w, b] = [make.variable("w", [1, 2], { uniform: 1 }), make.variable("b", [2], "zeros")];
        const seen = make.state("seen", [], "zeros");
        return {
          encode: (images: Tensor4D, pass: Pass) => {
            for (let i = 0; i < (o.twice ? 2 : 1); i++) seen.move(add(seen.value, 1), pass);
            return { bottleneck: images, skips: [], taps: { map: images } };
          },
          decode: ({ bottleneck }: { bottleneck: Tensor4D }) => {
            const [n, h, width] = bottleneck.shape;
            const flat = add(matMul(reshape(bottleneck, [-1, 1]), w as Tensor as never), b as Tensor);
            return { logits: reshape(flat, [n, h, width, 2]) as Tensor4D, taps: {} };
          },
        };
      }),
    ...o.more,
  };
}

/** Squared distance of the logits from the labels, plus nothing. */
export const fit = (options: Json = {}): Method<"fit", { student: never }> => ({
  name: "fit",
  options,
  wants: { student: [] },
  build: () => ({
    terms: [
      {
        name: "square",
        loss: (step) => meanOver(squaredDifference(step.net.student.logits, mul(step.labels, 2)), step.valid, step.labelled),
      },
    ],
  }),
});

/** A stage that fits a line. */
export const fitting = (more: Partial<Stage> = {}): Stage =>
  stage({
    name: "fitting",
    nets: { student: learns(line()) },
    methods: [fit()],
    data: cases(),
    steps: 5,
    optimiser: sgd({ rate: 0.1, momentum: 0.9 }),
    ...(more as object),
  }) as unknown as Stage;

/** What a run throws, and how many tensors it leaves behind; a run that throws nothing is an error of the test. */
export async function thrownBy(
  goals: readonly Stage[],
  run: Partial<Run> = {},
): Promise<{ message: string; code: string; exit: number; left: number }> {
  const tensors = memory().numTensors;
  try {
    (await train(goals, { seed: 1, ...run })).dispose();
  } catch (error) {
    const { message, code, exit } = error as Error & { code: string; exit: number };
    return { message, code, exit, left: memory().numTensors - tensors };
  }
  throw new Error("the run was expected to throw");
}
