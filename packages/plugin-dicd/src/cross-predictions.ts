import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Alignment, PassOf } from "@segdistill/alignment";
import { constant } from "@segdistill/core";
import type { Answer } from "@segdistill/core/contract";

/** What cross predictions are made of: the pass that the step makes anyway. */
export interface Crossing {
  readonly net: { readonly teacher: Answer<never>; readonly student: Answer<never> };
  readonly pass: PassOf;
}

/**
 * P_S→T = Dec_T(A^d_T(v_S); teacher's skips), v_S = A^e_S(student's bottleneck): the teacher reads what the student has understood.
 *
 * Logits `[B, H, W, K]`. The gradient goes back through the frozen decoder and headers into the student's encoder, by way of its bottleneck alone, and nowhere else.
 * methods.md 3.6 [paper, code: figure; that the skips are the teacher's own: inferred].
 *
 * @example predictionDifference(step.net.teacher.logits, studentThroughTeacher(aligned, step), "kl")
 */
export function studentThroughTeacher({ teacher: t, student: s }: Alignment, { net, pass }: Crossing): Tensor4D {
  const v = s.encode(net.student.encoding.bottleneck, pass);
  return net.teacher.decode({ ...net.teacher.encoding, bottleneck: t.decode(v, pass) });
}

/**
 * P_T→S = Dec_S(A^d_S(v_T); student's skips), v_T = A^e_T(teacher's bottleneck): the student reads what the teacher has understood.
 *
 * Logits `[B, H, W, K]`. The gradient goes into the student's decoder, and by way of the skips into its encoder down to the deepest skip; `detachSkips` stops the second. The
 * decoder runs as the student does, in training with statistics of the batch, and moves no running ones.
 * methods.md 3.6 [paper, code: figure; skips of the same picture: code].
 *
 * @example predictionDifference(step.net.teacher.logits, teacherThroughStudent(aligned, step, { detachSkips: false }), "kl")
 */
export function teacherThroughStudent(
  { teacher: t, student: s }: Alignment,
  { net, pass }: Crossing,
  { detachSkips }: { readonly detachSkips: boolean },
): Tensor4D {
  const v = t.encode(net.teacher.encoding.bottleneck, pass);
  return net.student.decode({ skips: skipsOf(net.student, detachSkips), bottleneck: s.decode(v, pass) });
}

/**
 * Dec_S(A^d_S(v_S); student's skips): no header is exchanged, the student reads what it has understood itself. An ablation of `exchange`; what the teacher makes of its
 * own vector has no gradient and is left out.
 *
 * Logits `[B, H, W, K]`. The gradient goes into the student's decoder and, by way of bottleneck and skips, into its whole encoder. methods.md 3.6 [ours].
 */
export function studentThroughItself(
  { student: s }: Alignment,
  { net, pass }: Crossing,
  { detachSkips }: { readonly detachSkips: boolean },
): Tensor4D {
  const v = s.encode(net.student.encoding.bottleneck, pass);
  return net.student.decode({ skips: skipsOf(net.student, detachSkips), bottleneck: s.decode(v, pass) });
}

const skipsOf = ({ encoding }: Answer<never>, detached: boolean): readonly Tensor4D[] =>
  detached ? encoding.skips.map((skip) => constant(skip)) : encoding.skips;
