import { reshape, slice, tensor1d, tidy, type Tensor, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Alignment } from "@segdistill/alignment";
import { scope, type Built, type CheckedMethod, type Module, type Step, type Wants } from "@segdistill/core";
import { dcgd, type DcgdOptions } from "../src/index.js";

type Side = "teacher" | "student";
export interface Asked {
  readonly of: "intra" | "inter";
  readonly options: DcgdOptions;
  /** What is subtracted, [d], where `centre` is "sourceMean". */
  readonly centre?: Readonly<Record<Side, ArrayLike<number>>>;
}

/** A loss of both networks' latent vectors, the picture's and its views', [B, 1 + K, d], before it is reduced. */
export type Distance = (
  asked: Asked,
  student: Tensor,
  teacher: Tensor,
) => {
  /** [B] */
  readonly sum: Tensor;
  /** [B] */
  readonly count: Tensor;
};

/** The method itself, with an alignment that takes a bottleneck `[B, 1, 1, d]` for its own latent vector. */
export const distance: Distance = ({ of, options, centre }, student, teacher) => {
  const [b, n, d] = student.shape as [number, number, number];
  const vectors = { student, teacher };
  const itself = {
    encode: (map: Tensor4D): Tensor2D => reshape(map, [-1, d]),
    decode: (v: Tensor2D): Tensor4D => reshape(v, [-1, 1, 1, d]),
  };
  const modules = new Map<string, Module>();
  const method: CheckedMethod = dcgd({ ...options, views: { ...options.views, count: n - 1 } });
  const built = (method.build as (site: unknown) => Built<Step<Wants>>)({
    scope: scope("s/dcgd", "dcgd", 0, modules),
    use: (): Alignment => ({ teacher: itself, student: itself, size: d }),
  });
  for (const module of modules.values())
    for (const side of ["teacher", "student"] as const) tidy(() => module.state[side]!.assign(tensor1d(Array.from(centre![side]))));
  const step = {
    view: (_: unknown, k: number) => ({
      net: Object.fromEntries(
        (["teacher", "student"] as const).map((side) => [
          side,
          { encoding: { bottleneck: reshape(slice(vectors[side], [0, k, 0], [b, 1, d]), [b, 1, 1, d]) } },
        ]),
      ),
    }),
    once: (_: string, make: () => unknown) => make(),
  } as unknown as Step<Wants>;
  const { sum, count } = built.terms!.find(({ name }) => name === of)!.loss(step);
  return { sum, count: count! };
};
