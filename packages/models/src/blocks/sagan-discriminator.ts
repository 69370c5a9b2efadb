import { scoreConv, scorer, selfAttention, spectralStage, squash, type KernelNorm, type ScorerPart } from "./scorer.js";

export interface SaganDiscriminatorOptions {
  readonly classes: number;
  /** Channels of the first stage, an even number; every stage after it has twice as many. 64 [code] */
  readonly width?: number;
  /** `spectralNorm` of `@segdistill/core`. */
  readonly kernelNorm: KernelNorm;
}

/**
 * The SAGAN-type discriminator of class logits: tanh; four stages of conv 4×4 s2 p1 with a normalised kernel and leaky ReLU (0.1), K → width → 2·width → 4·width →
 * 8·width; self-attention after the third and the fourth; a plain conv 4×4 to one score. Raw logits `[B, H, W, K]` → scores
 * `[B, ⌊H / 16⌋ − 3, ⌊W / 16⌋ − 3, 1]`: 13 × 13 at 256, 5 × 5 at 128. A picture has 64 × 64 pixels at least.
 *
 * methods.md 3.2.3 [code]; 2.7: 3,174,275 parameters for two classes at width 64.
 *
 * @example
 * const d = scope.module("discriminator", (make) => ({ at: saganDiscriminator({ classes: 2, kernelNorm: spectralNorm }).build(make, "score") }));
 * const score = d.at(pass); // once a pass, then score(real), score(fake)
 */
export function saganDiscriminator({ classes, width = 64, kernelNorm }: SaganDiscriminatorOptions): ScorerPart {
  const stage = (from: number, out: number): ScorerPart => spectralStage({ in: from, out, kernelNorm });
  return scorer([
    ["squash", squash(classes)],
    ["stage1", stage(classes, width)],
    ["stage2", stage(width, 2 * width)],
    ["stage3", stage(2 * width, 4 * width)],
    ["attention3", selfAttention(4 * width)],
    ["stage4", stage(4 * width, 8 * width)],
    ["attention4", selfAttention(8 * width)],
    ["last", scoreConv({ in: 8 * width, out: 1 })],
  ]);
}
