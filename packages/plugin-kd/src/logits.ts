import { div, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { softenedDivergence } from "@segdistill/backend/ops";
import { meanOver, type Method } from "@segdistill/core";
import { enum as oneOf, number, strictObject } from "zod";

/** What a configuration may say; unknown keys are refused. */
export const logitsOptions = strictObject({
  temperature: number().positive().default(1).describe("divides both networks' logits; above 1 softens them [ours]"),
  reduction: oneOf(["pixel", "element"]).default("pixel").describe("mean over pixels, or over pixels and classes [ours]"),
});

export interface LogitsOptions {
  /** τ, above 0. 1 if left out [ours]; relatives' code uses 1 or 4. */
  readonly temperature?: number;
  /** `pixel`: mean over pixels [ours]; `element`: the same divided by K, the default mean of a sibling loss [inferred]. */
  readonly reduction?: "pixel" | "element";
}

/**
 * How far the student's softened prediction is from the teacher's, for every pixel: τ²·KL(p_T ‖ p_S) = τ² Σ_k p_T,k (log p_T,k − log p_S,k) with
 * p = softmax(logits / τ). The factor τ² keeps gradients of one size whatever τ is.
 *
 * `student` and `teacher` are logits `[B, H, W, K]`, the result `[B, H, W]` is in nats, at least 0. The teacher is the target; a frozen one is a
 * constant already, and nothing more is done here to make it one.
 *
 * methods.md 3.1, L_KD; Hinton, Vinyals and Dean 2015.
 *
 * @example const perPixel = logitsDistillation(student, teacher, { temperature: 4 });
 */
export function logitsDistillation(student: Tensor4D, teacher: Tensor4D, { temperature }: { readonly temperature: number }): Tensor3D {
  return softenedDivergence(student, teacher, temperature) as Tensor3D;
}

/**
 * Learns from a frozen teacher's logits: the mean of {@link logitsDistillation} over valid pixels. Needs no label, so unlabelled images count.
 *
 * L_KD = (1/N) Σ_u τ²·KL(p_T ‖ p_S)[u] over the N valid pixels u; with `reduction: "element"` the same divided by K. Its weight, λ₄ = 1 [code], is
 * the stage's: `weigh(0.5, logits())`.
 *
 * Reads both networks' logits `[B, H, W, K]` and valid `[B, H, W]` in {0, 1}. Trains the student only. Term `kl`, in nats.
 *
 * methods.md 3.1 [code: the loss; ours: both defaults].
 *
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [supervised(), logits({ temperature: 4 })], …rest })
 */
export const logits = ({ temperature = 1, reduction = "pixel" }: LogitsOptions = {}): Method<
  "logits",
  { student: never; teacher: never }
> => ({
  name: "logits",
  options: { temperature, reduction },
  wants: { student: [], teacher: [] },
  build: ({ picture }) => ({
    terms: [
      {
        name: "kl",
        loss: ({ net, valid }) => {
          const perPixel = logitsDistillation(net.student.logits, net.teacher.logits, { temperature });
          return meanOver(reduction === "pixel" ? perPixel : div(perPixel, picture.classes), valid);
        },
      },
    ],
  }),
});
