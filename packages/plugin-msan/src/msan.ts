import { alignment } from "@segdistill/alignment";
import { adam, frozen, stage, type Method, type Stage } from "@segdistill/core";
import type { Json, Result } from "@segdistill/core/contract";
import { consistencyTraining } from "./consistency.js";
import { latents } from "./latents.js";
import { filledIn, type MsanOptions } from "./options.js";
import { maskLatent, reconstructing, summarising } from "./semantic-autoencoder.js";

/**
 * MSAN: the service `alignment`, trained in four stages before the one that asks for it, on its own data. It brings no term: DCGD and DICD use what it provides.
 *
 * | stage | trains | beside it, frozen |
 * | --- | --- | --- |
 * | psae | the semantic autoencoder's E and D, on masks alone | – |
 * | psae-headers | its headers, between a latent map and a vector of as many numbers as the map has channels | E, D |
 * | tan | the teacher's alignment network, by ACT | teacher, autoencoder |
 * | san | the student's, by ACT | the student trained alone (the baseline), autoencoder |
 *
 * With `autoencoder.joint` the first two are one. Gates: reconstructions reach Dice `least`, or the run stops; latent entries vary, and the alignment costs no network more than 0.05 Dice, or a
 * warning is told. Dice through the vector, the vector's length and each network's Dice, straight and through its alignment, are told beside them. In the stage itself it observes the vectors of both networks and of masks (`latents`). Measured on validation pictures where
 * there are some. A stage is trained anew where anything changed that it froze: its content hash holds theirs.
 *
 * Pictures: height and width multiples of 8 and of what the networks ask; any number of classes (of two, the autoencoder reads the foreground; of more, all of them one-hot [ours]).
 * The student that leaves carries nothing of it. methods.md 3.4, 4: P-SAE and alignment networks [code, paper], ACT [paper], its equations [ours].
 *
 * @throws msan/picture, core/no-transform, core/no-transform-option and what the transforms throw; core/no-earlier, where the student was not trained alone before
 * @example stage({ name: "distilled", nets: { teacher, student: learns(spec, { earlier: from(baseline, "student") }) }, methods: [supervised(), msan(), dcgd(), dicd()], …rest })
 */
export function msan(options: MsanOptions = {}): Method<"msan", { teacher: never; student: never }> {
  const { autoencoder, act, hidden } = filledIn(options);
  const { epochs, headerEpochs, rate, joint, ...made } = autoencoder;
  const { epochs: actEpochs, rate: actRate, ...training } = act;
  return {
    name: "msan",
    options: { autoencoder, act, hidden } as unknown as Json,
    wants: { teacher: [], student: [] },
    uses: [alignment, maskLatent],
    stages: ({ trained, data, held }) => {
      const over = (
        passes: number,
        with_: number,
      ): Pick<Stage, "data" | "steps" | "optimiser"> & { readonly held?: NonNullable<typeof held> } => ({
        data,
        steps: passes * data.batchesPerEpoch,
        optimiser: adam({ rate: with_ }),
        ...(held && { held }),
      });
      const psae = { ...made, hidden };
      const aligned = (name: "tan" | "san", of: Result<never>): Stage =>
        stage({
          name,
          nets: { aligned: frozen(of as unknown as Result<never>) },
          methods: [consistencyTraining(name === "tan" ? "teacher" : "student", { ...training, hidden })],
          ...over(actEpochs, actRate),
        }) as unknown as Stage;
      return [
        stage({ name: "psae", nets: {}, methods: [reconstructing(psae, joint)], ...over(epochs, rate) }),
        ...(joint ? [] : [stage({ name: "psae-headers", nets: {}, methods: [summarising(psae)], ...over(headerEpochs, rate) })]),
        aligned("tan", trained.teacher),
        aligned("san", trained.student),
      ] as unknown as readonly Stage[];
    },
    build: ({ use }) => ({ observes: latents(use(alignment), use(maskLatent)) }),
  };
}
