import { add, squaredDifference, type Tensor2D, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { alignment, type Aligner } from "@segdistill/alignment";
import { crossEntropy, softenedDivergence } from "@segdistill/backend/ops";
import {
  diceOf,
  meanOver,
  offer,
  pooledDice,
  service,
  transformsOf,
  type Augmentation,
  type Method,
  type Module,
  type Step,
  type Term,
  type Views,
} from "@segdistill/core";
import { aligner } from "./aligner.js";
import { maskLatent } from "./semantic-autoencoder.js";

/** Weights of alignment consistency training; 0 leaves a part out. */
export interface ConsistencyWeights {
  /** Of L_lat, which pulls vectors to the masks'. 1 [paper; form: ours] */
  readonly latent: number;
  /** α, of L_rec. 1 [ours] */
  readonly reconstruction: number;
  /** β, of L_con. 1 [ours] */
  readonly consistency: number;
  /** γ, of L_aug. 0.5 [ours] */
  readonly augmentation: number;
}

export interface ConsistencyOptions extends ConsistencyWeights {
  /** Width of the headers. 64 [code] */
  readonly hidden: number;
  /** Changes of a picture for L_aug; geometric ones turn the mask too. */
  readonly views: readonly Augmentation[];
}

/** Dice that the alignment may cost. methods.md 4 [ours] */
const mayCost = 0.05;

/** The teacher's alignment network, on its way to those who get both. */
const teacherAligner = service<Aligner>("msan/teacher-aligner");

/**
 * L_con of every pixel, `[B, H, W]` in nats: −Σ_k y_k·log p̂_k + KL(p ‖ p̂); p = softmax of the network's own logits, p̂ of those through the alignment, all `[B, H, W, K]`. methods.md 3.4.3 [ours].
 */
export const consistency = (through: Tensor4D, own: Tensor4D, labels: Tensor4D): Tensor3D =>
  add(crossEntropy(through, labels), softenedDivergence(through, own, 1));

/**
 * Alignment consistency training (ACT) of one network's Aᵉ and Aᵈ; the network and the semantic autoencoder stay as they are. With F = Enc(x), v = Aᵉ(F), F̂ = Aᵈ(v), ζ of the mask y:
 *
 * L = mean((v − ζ)²) + α·mean((F̂ − F)²) + β·mean(CE(Dec(F̂, skips), y) + KL(Dec(F, skips) ‖ Dec(F̂, skips))) + γ·mean((Aᵉ(Enc(a(x))) − ζ(a(y)))²), a an augmentation.
 *
 * Terms `latent`, `reconstruction`, `consistency`, `augmentation`; all but the second count labelled pictures only. methods.md 3.4.3: that ACT is there [paper], its equations [ours].
 */
export const consistencyTraining = (
  side: "teacher" | "student",
  options: ConsistencyOptions,
): Method<"consistency", { aligned: never }> => {
  const { hidden, views, ...weights } = options;
  const request: Views = { count: 1, transforms: transformsOf(views) };
  return {
    name: "consistency",
    options: { side, hidden, views: views as never, ...weights },
    wants: { aligned: [] },
    uses: side === "teacher" ? [maskLatent] : [maskLatent, teacherAligner],
    provides: [side === "teacher" ? teacherAligner : alignment],
    build: ({ scope, picture: { height, width }, net, use }) => {
      const { stride, channels } = net.aligned.bottleneck;
      const psae = use(maskLatent);
      const definition = aligner({ height: height / stride, width: width / stride, channels, size: psae.size, hidden });
      const own: Module & ReturnType<typeof definition.build> = scope.module("aligner", definition.build);

      type Here = Step<{ aligned: never }>;
      const vector = (step: Here): Tensor2D => step.once("vector", () => own.encode(step.net.aligned.encoding.bottleneck));
      const back = (step: Here): Tensor4D => step.once("back", () => own.decode(vector(step)));
      const through = (step: Here): Tensor4D =>
        step.once("through", () => step.net.aligned.decode({ ...step.net.aligned.encoding, bottleneck: back(step) }));
      const meant = (step: Here): Tensor2D => step.once("meant", () => psae.encode(step, step.pass));
      /** Where a view leaves mask and validity alone, its vector is the picture's own. */
      const nearTo = (v: Tensor2D, picture: Pick<Here, "labels" | "valid">, step: Here): ReturnType<typeof meanOver> => {
        const isSame = picture.labels === step.labels && picture.valid === step.valid;
        return meanOver(squaredDifference(v, isSame ? meant(step) : psae.encode(picture, step.pass)), step.labelled);
      };
      const terms: readonly Term<Here>[] = [
        { name: "latent", weight: weights.latent, loss: (step) => nearTo(vector(step), step, step) },
        {
          name: "reconstruction",
          weight: weights.reconstruction,
          loss: (step) => meanOver(squaredDifference(back(step), step.net.aligned.encoding.bottleneck)),
        },
        {
          name: "consistency",
          weight: weights.consistency,
          loss: (step) => meanOver(consistency(through(step), step.net.aligned.logits, step.labels), step.valid, step.labelled),
        },
        {
          name: "augmentation",
          weight: weights.augmentation,
          loss: (step) => {
            const view = step.view(request, 1);
            return nearTo(own.encode(view.net.aligned.encoding.bottleneck), view, step);
          },
        },
      ];
      return {
        trains: [own],
        provides: [
          side === "teacher"
            ? offer(teacherAligner, own)
            : offer(alignment, { teacher: use(teacherAligner), student: own, size: psae.size }),
        ],
        terms,
        gates: [
          { name: "dice-of-network", measure: pooledDice("aligned") as never, accept: () => true, otherwise: "warn" },
          {
            name: "dice-through-alignment",
            measure: (step) => diceOf(through(step), step),
            accept: (value, { "dice-of-network": whole = NaN }) => value >= whole - mayCost,
            otherwise: "warn",
          },
        ],
      };
    },
  };
};
