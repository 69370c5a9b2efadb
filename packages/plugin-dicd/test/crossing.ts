import { add, concat, div, mean, reshape, sum, tanh, type Tensor, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Aligner, Alignment } from "@segdistill/alignment";
import { matMul } from "@segdistill/backend/ops";
import type { Answer, Built, CheckedMethod, Encoding, Loss, Step, Wants } from "@segdistill/core";
import { dicd, type DicdOptions } from "../src/index.js";

/** A network of one layer with its aligner, as fixtures/cross.py has it: what it made of the pictures, and its weights. */
export interface Half {
  /** [B, h, w, C] and [B, H, W, S]. */
  readonly bottleneck: Tensor;
  readonly skip: Tensor;
  /** Decoder: logits = tanh(skip · u + repeated bottleneck · w) · v. */
  readonly w: Tensor;
  readonly u: Tensor;
  readonly v: Tensor;
  /** Aligner: tanh(mean F · down), v · up + place. */
  readonly down: Tensor;
  readonly up: Tensor;
  readonly place: Tensor;
}

/** Every row and column of a map so many times one after the other. */
function repeated(map: Tensor, [height, width]: readonly [number, number]): Tensor {
  const [b, h, w, c] = map.shape as [number, number, number, number];
  const times = (x: Tensor, n: number): Tensor[] => Array.from({ length: n }, () => x);
  const wide = concat(times(reshape(map, [b * h * w, 1, c]), width / w), 1); // [b·h·w, width / w, c]
  return reshape(concat(times(reshape(wide, [b * h, 1, width * c]), height / h), 1), [b, height, width, c]);
}
export const decoded = ({ u, v, w }: Half, bottleneck: Tensor, skip: Tensor): Tensor4D => {
  const [, height, width] = skip.shape as [number, number, number, number];
  return matMul(tanh(add(matMul(skip, u), matMul(repeated(bottleneck, [height, width]), w))), v) as Tensor4D;
};
export const aligner = ({ bottleneck, down, up, place }: Half): Aligner => ({
  encode: (map) => tanh(matMul(mean(map, [1, 2]), down)) as Tensor2D,
  decode: (v) => reshape(add(matMul(v, up), place), [-1, ...bottleneck.shape.slice(1)] as never) as Tensor4D,
});

/** DICD's loss of both networks and where pixels are valid, [B, H, W]: a scalar. */
export type Crossing = (options: DicdOptions, student: Half, teacher: Half, valid: Tensor) => Tensor;

/** A step of two such networks, as far as the method reads it. */
export const stepOf = (student: Half, teacher: Half, rest: Partial<Record<"valid" | "labels" | "labelled", Tensor>>): Step<Wants> => {
  const answer = (half: Half): Answer<never> => ({
    logits: decoded(half, half.bottleneck, half.skip),
    encoding: { bottleneck: half.bottleneck as Tensor4D, skips: [half.skip as Tensor4D] },
    tap: () => undefined as never,
    decode: ({ bottleneck, skips }: Encoding) => decoded(half, bottleneck, skips[0]!),
  });
  const made = new Map<string, unknown>();
  const once = (name: string, make: () => unknown): unknown => (made.has(name) || made.set(name, make()), made.get(name));
  return { net: { teacher: answer(teacher), student: answer(student) }, once, ...rest } as unknown as Step<Wants>;
};

/** What the method brings, with the networks' aligners. */
export const builtWith = (options: DicdOptions, student: Half, teacher: Half): Built<Step<Wants>> => {
  const method: CheckedMethod = dicd(options);
  return (method.build as (site: unknown) => Built<Step<Wants>>)({
    use: (): Alignment => ({ teacher: aligner(teacher), student: aligner(student), size: teacher.down.shape[1]! }),
  });
};

/** Σ sum / Σ count. */
export const meanOf = ({ sum: total, count }: Loss): Tensor => div(sum(total), sum(count!));

/** The method itself. */
export const crossing: Crossing = (options, student, teacher, valid) =>
  meanOf(builtWith(options, student, teacher).terms![0]!.loss(stepOf(student, teacher, { valid })));
