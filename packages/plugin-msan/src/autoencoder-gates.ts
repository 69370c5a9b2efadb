import {
  cast,
  div,
  expandDims,
  greater,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { meanOver, type Gate, type Step } from "@segdistill/core";
import { hasForeground, maskDice, masksOf } from "./reconstruction.js";

/** What is read of a step. */
export type Reads = Pick<Step<{}>, "labels" | "valid" | "labelled" | "pass" | "once">;
/** A mask, and what came back of it. */
export interface Returned {
  readonly masks: Tensor4D;
  readonly logits: Tensor4D;
  /** `[B]`, 1 for pictures that count in training. */
  readonly counted: Tensor1D;
  /** M and M̂, where it went through the vector. */
  readonly through?: { readonly map: Tensor4D; readonly copy: Tensor4D; readonly vector: Tensor2D };
}

/** Pooled Dice of what came back; of pictures with a label alone. */
const diceOfReturned =
  (returned: (step: Reads) => Returned): Gate<Reads>["measure"] =>
  (step) => {
    const { logits, masks } = returned(step);
    return maskDice(logits, masks, mul(step.valid, reshape(step.labelled, [-1, 1, 1])));
  };

/** Some masks are not empty, and they come back. */
export const reconstructionGates = (
  returned: (step: Reads) => Returned,
  { least, otherwise }: { readonly least: number; readonly otherwise: "stop" | "warn" },
): readonly Gate<Reads>[] => [
  {
    name: "with-foreground",
    measure: (step) => meanOver(hasForeground(masksOf(step.labels, step.valid), step.valid), step.labelled),
    accept: (share) => share > 0,
    otherwise: "stop",
  },
  {
    name: "dice-of-reconstruction",
    measure: diceOfReturned(returned),
    accept: (dice) => dice >= least,
    otherwise,
  },
];

/** Smallest variance of an entry of ζ that is not called collapsed. methods.md 4 [ours] */
const spread = 1e-4;

/** What the vector keeps: its Dice and its length are told, a collapse is warned of. */
export const vectorGates = (returned: (step: Reads) => Returned): readonly Gate<Reads>[] => {
  const vectorOf = (step: Reads): Tensor2D => returned(step).through!.vector;
  return [
    {
      name: "dice-through-vector",
      measure: diceOfReturned(returned),
      accept: () => true,
      otherwise: "warn",
    },
    {
      name: "varying-entries",
      measure: (step) => {
        const v = vectorOf(step);
        const w = expandDims(step.labelled, 1); // [B, 1]
        const n = sum(w);
        const middle = div(sum(mul(v, w), 0, true), n);
        const variance = div(sum(mul(square(sub(v, middle)), w), 0), sub(n, 1)); // [d]
        const counts: Tensor1D = mul(step.labelled, cast(greater(n, 1), "float32")); // one picture has no variance
        return { sum: mul(counts, mean(cast(greater(variance, spread), "float32"))), count: counts };
      },
      accept: (share) => share > 0.5,
      otherwise: "warn",
    },
    {
      name: "vector-length",
      measure: (step) => meanOver(sqrt(sum(square(vectorOf(step)), 1)), step.labelled),
      accept: () => true,
      otherwise: "warn",
    },
  ];
};
