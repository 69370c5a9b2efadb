import { rampUp as linear, together, weigh, type Method } from "@segdistill/core";
import { dcgd, type DcgdOptions } from "@segdistill/plugin-dcgd";
import { dicd, type DicdOptions } from "@segdistill/plugin-dicd";
import { msan, type MsanOptions } from "@segdistill/plugin-msan";

export interface GkdOptions {
  /** The alignment, which is trained before. */
  readonly msan?: MsanOptions;
  /** Graphs among views; false leaves them out. */
  readonly dcgd?: DcgdOptions | false;
  /** Cross predictions; false leaves them out. */
  readonly dicd?: DicdOptions | false;
  /**
   * Epochs over which both come in, in a straight line. 0, for a student that starts from the one that the alignment was fitted to; 5 for one that starts from new numbers, whose vectors
   * mean little at first [ours].
   */
  readonly rampUp?: number;
}

/**
 * Generalisable distillation as one method: `msan`, `dcgd` and `dicd` together, each with its defaults; terms `dcgd/intra`, `dcgd/inter`, `dicd/cross`.
 *
 * L = L_CE + λ₁·L_intra + λ₂·L_inter + λ₃·L_cross, the first by a supervised method beside it. Whether the student starts from the one trained alone (then the fair control is that one trained
 * on for as long) or from new numbers is the stage's to say: `learns(spec, { earlier, start })`, in a configuration `distil.init`. Where it starts is not published; ours is the first.
 *
 * methods.md 4: the parts [paper], form [inferred], weights [ours].
 *
 * @throws what the three throw
 * @example stage({ name: "distilled", nets: { teacher, student: learns(spec, { earlier: from(baseline, "student"), start: "earlier" }) }, methods: [supervised(), gkd()], …rest })
 */
export function gkd(options: GkdOptions = {}): Method<"gkd", { teacher: never; student: never }> {
  const { rampUp = 0 } = options;
  const comingIn = <M extends string>(method: Method<M, { teacher: never; student: never }>): typeof method =>
    rampUp > 0 ? weigh(linear({ epochs: rampUp }), method) : method;
  const parts = [
    msan(options.msan),
    options.dcgd !== false && comingIn(dcgd(options.dcgd)),
    options.dicd !== false && comingIn(dicd(options.dicd)),
  ].filter((part) => part !== false);
  return together("gkd", ...parts);
}
