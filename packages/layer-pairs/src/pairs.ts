import { array, strictObject, string } from "zod";

/** A map on the way down and one on the way up of one network, by the names of their taps. */
export interface LayerPair<Tap extends string> {
  readonly encoder: Tap;
  readonly decoder: Tap;
}

/** A pair of the student's and the teacher's that it is compared with. */
export interface ComparedPair<S extends string, T extends string> {
  readonly student: LayerPair<S>;
  readonly teacher: LayerPair<T>;
}

/** The taps of {@link quarter}. */
export type QuarterTap = "encoder/4" | "decoder/4";

const atQuarter = { encoder: "encoder/4", decoder: "decoder/4" } as const;

/**
 * The pair at a quarter of the picture's size, of both networks: what the published methods read (methods.md 2.8: [code] but for U-Net and TransUNet, [ours]). FANet's
 * decoder tap there is `up/4`: `{ student: quarter[0].student, teacher: { encoder: "encoder/4", decoder: "up/4" } }`.
 */
export const quarter: readonly [ComparedPair<QuarterTap, QuarterTap>] = [{ student: atQuarter, teacher: atQuarter }];

/** The pairs that were asked for, or {@link quarter}; S and T are its taps if nothing was. */
export const pairsOrQuarter = <S extends string, T extends string>(
  pairs: readonly ComparedPair<S, T>[] | undefined,
): readonly ComparedPair<S, T>[] => pairs ?? (quarter as unknown as readonly ComparedPair<S, T>[]);

/** Pairs as data, for a method's options. */
export const pairsAsData = (pairs: readonly ComparedPair<string, string>[]) =>
  pairs.map(({ student, teacher }) => ({ student: { ...student }, teacher: { ...teacher } }));

/** The taps that are read of one role, each once. */
export const tapsOf = <S extends string, T extends string, Role extends "student" | "teacher">(
  pairs: readonly ComparedPair<S, T>[],
  role: Role,
): readonly (Role extends "student" ? S : T)[] => [
  ...new Set(pairs.flatMap((pair) => [pair[role].encoder, pair[role].decoder] as (Role extends "student" ? S : T)[])),
];

const pairOption = (whose: string) =>
  strictObject({
    encoder: string().min(1).default("encoder/4").describe(`the ${whose}'s tap on the way down`),
    decoder: string().min(1).default("decoder/4").describe(`the ${whose}'s tap on the way up`),
  }).default(atQuarter);

/** `pairs` of a configuration: `[{ teacher: { decoder: up/4 } }]`; what is left out is the pair at a quarter. */
export const pairsOption = array(strictObject({ student: pairOption("student"), teacher: pairOption("teacher") }))
  .min(1)
  .default([{ student: atQuarter, teacher: atQuarter }])
  .describe("layer pairs that are compared, of student and teacher; the one at a quarter of the picture's size [code]");
