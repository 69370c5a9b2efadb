import type { Tensor4D } from "@tensorflow/tfjs-core";
import { inLayer } from "@segdistill/backend/ops";
import type { Make, Pass } from "@segdistill/core/contract";
import { pictureTooSmall } from "../errors.js";
import { patchStage, scoreConv, scorer } from "./scorer.js";

export interface PatchDiscriminatorOptions {
  /** Channels of what is scored: those of the picture and one for each class. */
  readonly in: number;
  /** Channels of the first stage; the last hidden layer has eight times as many. 64 [code] */
  readonly width?: number;
}

/** What one run over maps `[B, H, W, in]` gives. */
export interface PatchScores {
  /** φ, the last hidden layer after its leaky ReLU: `[B, ⌊H/8⌋ − 1, ⌊W/8⌋ − 1, 8 · width]`. */
  readonly hidden: Tensor4D;
  /** M, one score a patch, not squashed: `[B, ⌊H/8⌋ − 2, ⌊W/8⌋ − 2, 1]`. */
  readonly scores: Tensor4D;
}

export interface PatchDiscriminator {
  readonly channels: { readonly in: number; readonly hidden: number };
  /** Numbers that an optimiser moves; there is no state. */
  readonly parameters: number;
  /** Makes the variables under `name`; the function that is returned is called once a pass and gives what runs, on any number of maps. */
  readonly build: (make: Make, name: string) => (pass: Pass) => (x: Tensor4D) => PatchScores;
}

const SMALLEST = 32;

/**
 * The conditional PatchGAN, which scores patches of concat[picture, class probabilities]: conv 4×4 s2 `width` – leaky ReLU (0.2); conv 4×4 s2 2 · `width`, s2
 * 4 · `width` and s1 8 · `width`, each with instance norm without scale and offset and leaky ReLU (0.2); conv 4×4 s1 → 1. All padded by 1 and with bias;
 * those before an instance norm, which takes them away again, stand among the variables and do nothing.
 * Every image is scored by itself, and gradients are of second order, so it may stand under a gradient penalty.
 *
 * Variables `stage1/conv/kernel` … `stage4/conv/bias`, `last/kernel`, `last/bias`; kernels start He-normal by fan in [ours], biases at 0.
 * methods.md 3.3.2 [code: structure, from the group's earlier work; a relative of Isola et al. 2017], 2.7: 2,764,737 parameters for 3 channels.
 *
 * @throws `models-picture-too-small` for maps below 32 × 32: their hidden layer can have one position, which an instance norm makes 0.
 * @example
 * const d = patchDiscriminator({ in: 1 + classes });
 * const module = scope.module("discriminator", (make) => ({ at: d.build(make, "score") }));
 * const look = module.at(step.pass(module)); // once a pass
 * const { hidden, scores } = look(concat([images, probabilities], 3));
 */
export function patchDiscriminator({ in: from, width = 64 }: PatchDiscriminatorOptions): PatchDiscriminator {
  const layers = scorer([
    ["stage1", patchStage({ in: from, out: width, stride: 2, norm: false })],
    ["stage2", patchStage({ in: width, out: 2 * width, stride: 2, norm: true })],
    ["stage3", patchStage({ in: 2 * width, out: 4 * width, stride: 2, norm: true })],
    ["stage4", patchStage({ in: 4 * width, out: 8 * width, stride: 1, norm: true })],
  ]);
  const last = scoreConv({ in: 8 * width, out: 1, padding: 1 });
  return {
    channels: { in: from, hidden: 8 * width },
    parameters: layers.parameters + last.parameters,
    build: (make, name) => {
      const [toHidden, toScores] = [layers.build(make, name), last.build(make, `${name}/last`)];
      return (pass) => {
        const [hide, score] = [toHidden(pass), toScores(pass)];
        return (x) => {
          const [, height, width] = x.shape;
          if (height < SMALLEST || width < SMALLEST) throw pictureTooSmall("patchDiscriminator", height, width, SMALLEST);
          const hidden = hide(x);
          return { hidden, scores: inLayer(`${name}/last`, () => score(hidden)) };
        };
      };
    },
  };
}
