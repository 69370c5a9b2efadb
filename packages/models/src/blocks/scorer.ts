import { add, mul, reshape, type Tensor, type Tensor1D, type Tensor4D, type Variable } from "@tensorflow/tfjs-core";
import { attention, conv2d, inLayer, instanceNorm, leakyRelu, tanh } from "@segdistill/backend/ops";
import type { Make, Pass } from "@segdistill/core/contract";
import { emptySequence, layersDoNotFit } from "../errors.js";
import { heNormalFanIn, type Initialiser } from "./initialisers.js";

/**
 * A part of a network that scores maps, such as a discriminator. It is built in two steps, since its kernels may be made anew in every pass (spectral norm)
 * and then score several maps: real, fake and mixed ones. Everything here has gradients of second order, so it may stand under a gradient penalty.
 */
export interface ScorerPart {
  readonly channels: { readonly in: number; readonly out: number };
  /** Numbers that an optimiser moves; spectral norm's vectors are state and not among them. */
  readonly parameters: number;
  /** Makes the variables under `name`; the function that is returned is called once a pass and gives what runs, on any number of maps `[B, h, w, in]`. */
  readonly build: (make: Make, name: string) => (pass: Pass) => (x: Tensor4D) => Tensor4D;
}

/** What makes a kernel anew in every pass: `spectralNorm` of `@segdistill/core` is one. */
export type KernelNorm = (make: Make, name: string, kernel: Variable) => (pass: Pass) => Tensor;

const plain = (channels: number, run: (x: Tensor4D) => Tensor4D): ScorerPart => ({
  channels: { in: channels, out: channels },
  parameters: 0,
  build: () => () => run,
});

/**
 * Parts one after the other; each one's variables stand below its name.
 *
 * @throws `models-empty-sequence`; `models-layers-do-not-fit` where one gives other channels than the next one takes.
 * @example
 * const d = scorer([["squash", squash(2)], ["stage1", spectralStage({ in: 2, out: 64, kernelNorm: spectralNorm })], ["last", scoreConv({ in: 64, out: 1 })]]);
 * const module = scope.module("discriminator", (make) => ({ at: d.build(make, "score") }));
 * const score = module.at(pass); // once a pass, then score(real), score(fake)
 */
export function scorer(parts: readonly (readonly [name: string, part: ScorerPart])[]): ScorerPart {
  const [start, end] = [parts[0], parts.at(-1)];
  if (start === undefined || end === undefined) throw emptySequence();
  for (const [i, [name, { channels }]] of parts.entries()) {
    const before = parts[i - 1];
    if (before && before[1].channels.out !== channels.in) throw layersDoNotFit(name, channels.in, before[0], before[1].channels.out);
  }
  return {
    channels: { in: start[1].channels.in, out: end[1].channels.out },
    parameters: parts.reduce((sum, [, { parameters }]) => sum + parameters, 0),
    build: (make, name) => {
      const built = parts.map(([part, { build }]) => ({ at: `${name}/${part}`, run: build(make, `${name}/${part}`) }));
      return (pass) => {
        const runs = built.map(({ at, run }) => ({ at, score: inLayer(at, () => run(pass)) }));
        return (x) => runs.reduce((map, { at, score }) => inLayer(at, () => score(map)), x);
      };
    },
  };
}

export interface ScoreConvOptions {
  readonly in: number;
  readonly out: number;
  /** Height and width of the kernel; 4 if left out. */
  readonly size?: number;
  /** 1 if left out. */
  readonly stride?: number;
  /** Zeros on every side; 0 if left out. */
  readonly padding?: number;
  /** None if left out. */
  readonly kernelNorm?: KernelNorm;
  /** Before an instance norm, which takes every bias away again: it is a variable, as published, and not added. false if left out. */
  readonly idleBias?: boolean;
  /** He-normal by fan in, if left out [ours]. */
  readonly initial?: Initialiser;
}

/**
 * Convolution with bias, padded as PyTorch pads: `[B, h, w, in]` → `[B, ⌊(h + 2 · padding − size) / stride⌋ + 1, …, out]`. Variables `kernel`
 * `[size, size, in, out]`, `bias`; a spectral norm's state stands beside them, `u` and `v`.
 */
export function scoreConv(options: ScoreConvOptions): ScorerPart {
  const { in: from, out, size = 4, stride = 1, padding = 0, kernelNorm, idleBias = false, initial = heNormalFanIn } = options;
  const area = size * size;
  return {
    channels: { in: from, out },
    parameters: area * from * out + out,
    build: (make, name) => {
      const kernel = make.variable(`${name}/kernel`, [size, size, from, out], initial({ in: area * from, out: area * out }));
      const bias = make.variable(`${name}/bias`, [out], "zeros") as unknown as Tensor1D;
      const now = kernelNorm?.(make, name, kernel) ?? ((): Tensor => kernel as Tensor);
      return (pass) => {
        const weights = now(pass) as Tensor4D;
        return (x) => {
          const y = conv2d(x, weights, { stride, padding });
          return idleBias ? y : add(y, bias);
        };
      };
    },
  };
}

/** Hyperbolic tangent, what raw logits go through first: a score does not grow with them (methods.md 3.2.3 [code]). */
export const squash = (channels: number): ScorerPart => plain(channels, tanh);

/** x where x > 0, else `slope` · x. */
export const leaky = (channels: number, slope: number): ScorerPart => plain(channels, (x) => leakyRelu(x, slope));

/** Instance norm without scale and offset: biased variance, eps 1e-5 (methods.md 1.5 [ours]). A 1 × 1 map becomes zeros. */
export const instanceNormalised = (channels: number): ScorerPart => plain(channels, (x) => instanceNorm(x));

interface StageOptions {
  readonly in: number;
  readonly out: number;
  readonly initial?: Initialiser;
}

/**
 * Stage of the SAGAN-type discriminator: normalised conv 4×4 s2 p1 – leaky ReLU (0.1), `[B, h, w, in]` → `[B, h / 2, w / 2, out]`. Variables `conv/…`.
 * methods.md 3.2.3 [code].
 */
export const spectralStage = (options: StageOptions & { readonly kernelNorm: KernelNorm }): ScorerPart =>
  scorer([
    ["conv", scoreConv({ ...options, stride: 2, padding: 1 })],
    ["act", leaky(options.out, 0.1)],
  ]);

/**
 * Stage of the conditional PatchGAN: conv 4×4 p1 – instance norm where `norm` – leaky ReLU (0.2); stride 1 takes one position off height and width.
 * Variables `conv/…`; a bias before the norm is idle, since its gradient would be rounding alone, which Adam makes as large as any. methods.md 3.3.2 [code].
 */
export const patchStage = ({ norm, stride, ...options }: StageOptions & { readonly stride: 1 | 2; readonly norm: boolean }): ScorerPart =>
  scorer([
    ["conv", scoreConv({ ...options, stride, padding: 1, idleBias: norm })],
    ...(norm ? [["norm", instanceNormalised(options.out)] as const] : []),
    ["act", leaky(options.out, 0.2)],
  ]);

/**
 * Self-attention over all positions: `x + γ · softmax(q kᵀ) v`, with q, k, v a conv 1×1 with bias of x each, q and k of C/8 channels; the softmax runs over the
 * key positions and is not scaled. `[B, h, w, C]` → the same; C a multiple of 8. γ, one number, starts at 0, so the block starts as the identity.
 * Variables `query/…`, `key/…`, `value/…`, `gamma`. Zhang et al. 2019; methods.md 1.5 [ours: no scale], 3.2.3 [code].
 */
export function selfAttention(channels: number, initial: Initialiser = heNormalFanIn): ScorerPart {
  const pointwise = (out: number): ScorerPart => scoreConv({ in: channels, out, size: 1, initial });
  const [narrow, wide] = [pointwise(channels / 8), pointwise(channels)];
  return {
    channels: { in: channels, out: channels },
    parameters: 2 * narrow.parameters + wide.parameters + 1,
    build: (make, name) => {
      const [query, key] = [narrow.build(make, `${name}/query`), narrow.build(make, `${name}/key`)];
      const value = wide.build(make, `${name}/value`);
      const gamma = make.variable(`${name}/gamma`, [1], "zeros") as unknown as Tensor;
      return (pass) => {
        const maps = [query(pass), key(pass), value(pass)];
        return (x) => {
          const [b, h, w] = x.shape;
          const [q, k, v] = maps.map((run) => reshape(run(x), [b, h * w, -1])) as [Tensor, Tensor, Tensor]; // [B, h · w, C / 8 or C]
          const attended: Tensor = reshape(attention(q, k, v, { scale: 1 }), x.shape);
          return add(x, mul(attended, gamma));
        };
      };
    },
  };
}
