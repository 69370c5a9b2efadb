import { appearanceChanges, changesOption } from "@segdistill/alignment";
import type { Augmentation } from "@segdistill/core";
import { boolean, enum as oneOf, number, strictObject, union } from "zod";

/** The semantic autoencoder (P-SAE) of masks. */
export interface AutoencoderOptions {
  /** Channels of its finest level, even; the latent vector has 8 times as many. 64 [code]; less is ours, for small machines */
  readonly width?: number;
  /** Passes over the data in which E and D are trained. 15 [code: the checkpoint that is used] */
  readonly epochs?: number;
  /** Passes in which the headers are trained. 15 [ours] */
  readonly headerEpochs?: number;
  /** Of Adam. 1e-3 [ours] */
  readonly rate?: number;
  /** E, headers and D at once, for `epochs`, always through the vector; an older form of the released code. false [code] */
  readonly joint?: boolean;
  /** What becomes of pictures in its training whose mask is all background. "drop" [ours] */
  readonly emptyMasks?: "drop" | "keep";
  /** Pooled Dice that reconstructions of the validation masks must reach (the training masks', where there are none). 0.9 [ours] */
  readonly least?: number;
  /** What happens where they do not. "stop" [ours] */
  readonly otherwise?: "stop" | "warn";
}

/** Alignment consistency training (ACT): weights of its parts, false or 0 for none; true is the default weight. */
export interface TrainingOptions {
  /** L_lat: vectors to the masks' vectors. 1; false is the ablation that the Fréchet distance is held against [paper; form: ours] */
  readonly latent?: number | boolean;
  /** α of L_rec. 1 [ours] */
  readonly reconstruction?: number | boolean;
  /** β of L_con. 1 [ours] */
  readonly consistency?: number | boolean;
  /** γ of L_aug. 0.5 [ours] */
  readonly augmentation?: number | boolean;
  /** 50 [ours] */
  readonly epochs?: number;
  /** Of Adam. 1e-3 [ours] */
  readonly rate?: number;
  /** What L_aug does to a picture: changes of appearance leave the mask, geometric ones turn it too. `appearanceChanges` [ours] */
  readonly views?: readonly Augmentation[];
}

export interface MsanOptions {
  readonly autoencoder?: AutoencoderOptions;
  readonly act?: TrainingOptions;
  /** Width of all headers. 64 [code] */
  readonly hidden?: number;
}

const defaults = { latent: 1, reconstruction: 1, consistency: 1, augmentation: 0.5 } as const;

/** Every default filled in; switches as weights. */
export function filledIn({ autoencoder = {}, act = {}, hidden = 64 }: MsanOptions): {
  readonly autoencoder: Required<AutoencoderOptions>;
  readonly act: Record<keyof typeof defaults, number> & Required<Pick<TrainingOptions, "epochs" | "rate" | "views">>;
  readonly hidden: number;
} {
  const weight = (part: keyof typeof defaults): number => {
    const asked = act[part] ?? true;
    return asked === true ? defaults[part] : asked === false ? 0 : asked;
  };
  const { epochs = 50, rate = 1e-3, views = appearanceChanges } = act;
  return {
    autoencoder: {
      ...{ width: 64, epochs: 15, headerEpochs: 15, rate: 1e-3, joint: false },
      ...{ emptyMasks: "drop", least: 0.9, otherwise: "stop" },
      ...autoencoder,
    },
    act: {
      latent: weight("latent"),
      reconstruction: weight("reconstruction"),
      consistency: weight("consistency"),
      augmentation: weight("augmentation"),
      ...{ epochs, rate, views },
    },
    hidden,
  };
}

const epochs = (otherwise: number, says: string) => number().int().min(1).default(otherwise).describe(says);
const rate = number().positive().default(1e-3).describe("of Adam [ours]");
const part = (otherwise: number, says: string) =>
  union([boolean(), number().min(0)])
    .default(otherwise)
    .describe(`${says}; true is ${otherwise}, false leaves it out`);

/** What a configuration may say; unknown keys are refused. */
export const msanOptions = strictObject({
  autoencoder: strictObject({
    width: number().int().min(2).multipleOf(2).default(64).describe("channels of its finest level; the vector has 8 times as many [code]"),
    epochs: epochs(15, "passes for E and D [code]"),
    headerEpochs: epochs(15, "passes for the headers [ours]"),
    rate,
    joint: boolean().default(false).describe("all at once, through the vector; an older form of the released code [code]"),
    emptyMasks: oneOf(["drop", "keep"]).default("drop").describe("pictures whose mask is all background [ours]"),
    least: number().min(0).max(1).default(0.9).describe("pooled Dice that reconstructions must reach [ours]"),
    otherwise: oneOf(["stop", "warn"]).default("stop").describe("what happens where they do not [ours]"),
  })
    .prefault({})
    .describe("the semantic autoencoder of masks"),
  act: strictObject({
    latent: part(1, "vectors to the masks' [paper; form: ours]"),
    reconstruction: part(1, "alpha: bottlenecks come back [ours]"),
    consistency: part(1, "beta: predictions through the vector [ours]"),
    augmentation: part(0.5, "gamma: vectors of changed pictures [ours]"),
    epochs: epochs(50, "passes for each alignment network [ours]"),
    rate,
    views: changesOption.describe("changes of a picture, as in sample.augment [ours]"),
  })
    .prefault({})
    .describe("alignment consistency training"),
  hidden: number().int().min(1).default(64).describe("width of all headers [code]"),
});
