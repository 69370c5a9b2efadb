import { add, broadcastTo, mean, reshape, squaredDifference, type Tensor, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import { matMul } from "@segdistill/backend/ops";
import { adam, frozen, meanOver, offer, stage, type Method } from "@segdistill/core";
import type { MapShape, Module, PictureShape, Scope, Stage } from "@segdistill/core/contract";
import { alignment, type Aligner } from "../alignment.js";

/**
 * The simplest alignment that trains, for tests of methods that use one: v = (mean of F over positions) · W, `[B, d]`; F̂ = v · U + p, one number for each position and channel.
 * Its stage "linear-alignment" fits W, U and p of both networks to mean((F̂ − F)²).
 *
 * @example describeMethod({ describe, it }, "own", () => own(), { beside: () => [linearAlignment({ size: 3 })] });
 */
export const linearAlignment = ({ size = 4, steps = 5, rate = 0.01 } = {}): Method<
  "linear-alignment",
  { teacher: never; student: never }
> => ({
  name: "linear-alignment",
  options: { size, steps, rate },
  wants: { teacher: [], student: [] },
  stages: ({ trained, data }) => [
    stage({
      name: "linear-alignment",
      nets: { teacher: frozen(trained.teacher), student: frozen(trained.student) },
      methods: [fitted(size)],
      data,
      steps,
      optimiser: adam({ rate }),
    }) as unknown as Stage,
  ],
});

const fitted = (size: number): Method<"fitted", { teacher: never; student: never }> => ({
  name: "fitted",
  options: { size },
  wants: { teacher: [], student: [] },
  provides: [alignment],
  build: ({ scope, picture, net }) => {
    const of = {
      teacher: linear(scope, "teacher", net.teacher.bottleneck, picture, size),
      student: linear(scope, "student", net.student.bottleneck, picture, size),
    };
    return {
      trains: [of.teacher, of.student],
      provides: [offer(alignment, { ...of, size })],
      terms: (["teacher", "student"] as const).map((role) => ({
        name: role,
        loss: (step) => {
          const map = step.net[role].encoding.bottleneck;
          return meanOver(squaredDifference(of[role].decode(of[role].encode(map, step.pass), step.pass), map));
        },
      })),
    };
  },
});

function linear(
  scope: Scope,
  name: string,
  { stride, channels }: MapShape,
  { height, width }: PictureShape,
  size: number,
): Module & Aligner {
  const [h, w] = [height / stride, width / stride];
  return scope.module(name, (make) => {
    const down = make.variable("down", [channels, size], { normal: 1 / Math.sqrt(channels) }) as Tensor as Tensor2D;
    const up = make.variable("up", [size, channels], { normal: 1 / Math.sqrt(size) }) as Tensor as Tensor2D;
    const place = make.variable("place", [1, h, w, channels], { normal: 0.1 });
    return {
      encode: (map: Tensor4D): Tensor2D => matMul(mean(map, [1, 2]), down) as Tensor2D,
      decode: (v: Tensor2D): Tensor4D =>
        add(broadcastTo(reshape(matMul(v, up), [-1, 1, 1, channels]), [v.shape[0], h, w, channels]), place),
    };
  });
}
