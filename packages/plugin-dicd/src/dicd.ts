import { add } from "@tensorflow/tfjs-core";
import { alignment } from "@segdistill/alignment";
import { meanOver, type Method } from "@segdistill/core";
import { crossGates } from "./cross-gates.js";
import { studentThroughItself, studentThroughTeacher, teacherThroughStudent } from "./cross-predictions.js";
import type { DicdOptions } from "./options.js";
import { predictionDifference } from "./prediction-difference.js";

/**
 * DICD, domain-invariant cross distillation: each network decodes the other's latent vector with its own decoder header, decoder and skips, and the frozen teacher's
 * prediction is the target of both.
 *
 * L = (1/N) Σ_u [D(P_T, P_S→T)(u) + D(P_T, P_T→S)(u)] over the N valid pixels u, times λ₃: `studentThroughTeacher`, `teacherThroughStudent`, `predictionDifference`. With
 * `headers: "own"` D(P_T, Dec_S(A^d_S(v_S))) alone: `studentThroughItself`.
 *
 * Reads both networks' logits, bottlenecks and skips of the picture, which the step makes anyway, and the service `alignment`; decodes once more with each, and encodes
 * nothing again. No labels, so unlabelled pictures count. Trains the student, encoder and decoder; running statistics stay as the ordinary pass leaves them. Term `cross`; it
 * should be 5 to 50 % of the cross-entropy in the first epoch, else the run warns. What both cross predictions are worth at the end is told by gates that always pass (`crossGates`).
 *
 * methods.md 3.6: both cross predictions and what supervises them [paper, code: figure]; the teacher's skips [inferred]; D, weight and options [ours]. methods.md 4: the share [ours].
 *
 * @example stage({ name: "distilled", nets: { teacher, student }, methods: [msan(), supervised(), dicd()], …rest })
 */
export const dicd = ({ divergence = "kl", detachSkips = false, headers = "exchanged", cross = 0.5 }: DicdOptions = {}): Method<
  "dicd",
  { student: never; teacher: never }
> => ({
  name: "dicd",
  options: { divergence, detachSkips, headers, cross },
  wants: { student: [], teacher: [] },
  uses: [alignment],
  build: ({ use }) => {
    const aligned = use(alignment);
    return {
      terms: [
        {
          name: "cross",
          weight: cross,
          expected: { of: "ce", least: 0.05, most: 0.5, option: "cross" }, // methods.md 4 [ours]
          loss: (step) => {
            const { logits } = step.net.teacher;
            const predictions =
              headers === "own"
                ? [studentThroughItself(aligned, step, { detachSkips })]
                : [studentThroughTeacher(aligned, step), teacherThroughStudent(aligned, step, { detachSkips })];
            const differences = predictions.map((one) => predictionDifference(logits, one, divergence));
            return meanOver(
              differences.reduce((a, b) => add(a, b)),
              step.valid,
            );
          },
        },
      ],
      gates: crossGates(aligned, divergence),
    };
  },
});
