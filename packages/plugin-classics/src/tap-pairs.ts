import type { MapShape } from "@segdistill/core/contract";
import type { ComparedPair } from "@segdistill/layer-pairs";
import { strictObject, string } from "zod";
import { otherSize } from "./errors.js";

/** A map of the student's and the one of the teacher's that it is compared with. */
export interface TapPair<S extends string, T extends string> {
  readonly student: S;
  readonly teacher: T;
}

/** Encoders' maps and decoders' maps, each with its counterpart, in the pairs' order. */
export const tapPairs = <S extends string, T extends string>(pairs: readonly ComparedPair<S, T>[]): readonly TapPair<S, T>[] =>
  pairs.flatMap(({ student, teacher }) => [
    { student: student.encoder, teacher: teacher.encoder },
    { student: student.decoder, teacher: teacher.decoder },
  ]);

/** `taps` of a configuration, for methods that read one map of each network: `tap` of both, if left out. */
export const tapsOption = (tap: string, says: string) =>
  strictObject({
    student: string().min(1).default(tap).describe("the student's map"),
    teacher: string().min(1).default(tap).describe("the teacher's map"),
  })
    .default({ student: tap, teacher: tap })
    .describe(says);

/** Networks as a method sees them before anything runs. */
interface Known<S extends string, T extends string> {
  readonly student: { readonly taps: { readonly [tap in S]: MapShape } };
  readonly teacher: { readonly taps: { readonly [tap in T]: MapShape } };
}

/** Throws unless the maps of each pair have the same number of positions. */
export function requireOneSize<S extends string, T extends string>(
  method: string,
  net: Known<S, T>,
  pairs: readonly TapPair<S, T>[],
): void {
  for (const { student, teacher } of pairs) {
    const [own, other] = [net.student.taps[student].stride, net.teacher.taps[teacher].stride];
    if (own !== other) throw otherSize(method, { tap: student, stride: own }, { tap: teacher, stride: other });
  }
}
