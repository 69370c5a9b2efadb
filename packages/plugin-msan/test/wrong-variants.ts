import {
  add,
  argMax,
  cast,
  div,
  exp,
  greater,
  logSoftmax,
  max,
  mean,
  mul,
  neg,
  oneHot,
  onesLike,
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  square,
  squaredDifference,
  sub,
  sum,
  tanh,
  transpose,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { conv2d, gelu as exactGelu, softplus } from "@segdistill/backend/ops";
import { constant } from "@segdistill/core";
import type { Loss } from "@segdistill/core/contract";
import type { ActCase, MasksCase, Msan, Terms, Weights } from "./msan.js";

/** Errors that one could make, each in one place of the implementation below. */
export const wrongs = [
  "transpose missing on the way down: a plain reshape",
  "transpose missing on the way up",
  "positions column-major on the way down",
  "positions column-major on the way up",
  "GELU by tanh",
  "ReLU for GELU",
  "headers swapped: up's second layer read the other way round",
  "pixels that do not count in the mask",
  "background for the foreground of two classes",
  "background counted as a foreground",
  "BCE on probabilities",
  "softmax for one channel",
  "Dice without smoothing",
  "Dice pooled over pictures",
  "Dice counts the background",
  "Dice over pixels that do not count",
  "Dice of squares",
  "classes of Dice summed",
  "decisions at a probability of a half of the logit",
  "decisions: background counted",
  "sum for mean: cross-entropy",
  "sum for mean: Dice",
  "sum for mean: map",
  "map: mean over channels left out",
  "empties kept",
  "empties dropped where they are to be kept",
  "pictures without a label kept",
  "gradient into M",
  "the map itself decoded, not its copy",
  "ζ of the prediction for the mask's",
  "sum for mean: latent",
  "sum for mean: reconstruction",
  "sum for mean: consistency",
  "sum for mean: augmentation",
  "reconstruction before the 1 × 1 convolution",
  "KL arguments swapped",
  "KL left out",
  "cross-entropy left out",
  "KL's target follows the alignment",
  "skips of the view",
  "the network's own bottleneck decoded",
  "the anchor's label for a turned view",
  "the view's label for the anchor",
  "augmentation's vector is the anchor's",
  "augmentation pulls the view to the anchor's vector",
  "weights left out",
  "consistency over pixels that do not count",
  "consistency over pictures without a label",
] as const;
export type Wrong = (typeof wrongs)[number] | "nothing";

/** MSAN's formulas written a second time, with a switch for every error. */
export function wrongMsan(wrong: Wrong): Msan {
  const is = (one: Wrong): boolean => wrong === one;
  const gelu = (x: Tensor): Tensor => {
    if (is("ReLU for GELU")) return relu(x);
    if (!is("GELU by tanh")) return exactGelu(x);
    return mul(mul(x, 0.5), add(1, tanh(mul(add(x, mul(mul(x, square(x)), 0.044715)), Math.sqrt(2 / Math.PI)))));
  };
  const linear = (x: Tensor, kernel: Tensor, bias: Tensor): Tensor => {
    const [n, m] = [x.shape.at(-1)!, kernel.size / x.shape.at(-1)!];
    const products = mul(reshape(x, [...x.shape, 1]), reshape(kernel, [n, m])); // [..., n, m]
    return add(sum(products, -2), reshape(bias, [m]));
  };
  const headers = (h: number, w: number, weights: Weights) => {
    const of = (name: string): Tensor => weights[name]!;
    const down = (map: Tensor4D): Tensor2D => {
      const [b, , , c] = map.shape;
      const column = is("positions column-major on the way down");
      const rows = is("transpose missing on the way down: a plain reshape")
        ? reshape(map, [b, c, h * w])
        : reshape(transpose(map, column ? [0, 3, 2, 1] : [0, 3, 1, 2]), [b, c, h * w]);
      return reshape(linear(gelu(linear(rows, of("w1"), of("b1"))), of("w2"), of("b2")), [b, c]) as Tensor2D;
    };
    const up = (v: Tensor2D): Tensor4D => {
      const [b, c] = v.shape;
      const last = is("headers swapped: up's second layer read the other way round") ? reshape(of("w1"), of("w4").shape) : of("w4");
      const rows = linear(gelu(linear(reshape(v, [b, c, 1]), of("w3"), of("b3"))), last, of("b4")); // [B, C, h·w]
      if (is("transpose missing on the way up")) return reshape(rows, [b, h, w, c]) as Tensor4D;
      return is("positions column-major on the way up")
        ? (transpose(reshape(rows, [b, c, w, h]), [0, 3, 2, 1]) as Tensor4D)
        : (transpose(reshape(rows, [b, c, h, w]), [0, 2, 3, 1]) as Tensor4D);
    };
    return { down, up };
  };

  // masks
  const cells = (valid: Tensor3D): Tensor => reshape(valid, [...valid.shape, 1]);
  const masksOf = (labels: Tensor4D, valid: Tensor3D): Tensor4D => {
    const at = is("background for the foreground of two classes") ? 0 : 1;
    const chosen = labels.shape[3] === 2 ? slice(labels, [0, 0, 0, at], [-1, -1, -1, 1]) : labels;
    return is("pixels that do not count in the mask") ? chosen : mul(chosen, cells(valid));
  };
  const foreground = (x: Tensor4D, all = false): Tensor4D => (x.shape[3] === 1 || all ? x : slice(x, [0, 0, 0, 1]));
  const hasForeground = (masks: Tensor4D, valid: Tensor3D): Tensor1D =>
    cast(greater(max(mul(foreground(masks, is("background counted as a foreground")), cells(valid)), [1, 2, 3]), 0), "float32") as Tensor1D;
  const maskCrossEntropy = (logits: Tensor4D, masks: Tensor4D): Tensor3D => {
    if (masks.shape[3] > 1) return neg(sum(mul(masks, logSoftmax(logits)), 3)) as Tensor3D;
    const z = is("BCE on probabilities") ? sigmoid(logits) : logits;
    return sum(add(mul(masks, softplus(neg(z))), mul(sub(1, masks), softplus(z))), 3);
  };
  const maskDiceLoss = (logits: Tensor4D, masks: Tensor4D, valid: Tensor3D): Tensor1D => {
    const all = is("Dice counts the background");
    const sigmoids = masks.shape[3] === 1 && !is("softmax for one channel");
    const [p, y] = [foreground(sigmoids ? sigmoid(logits) : softmax(logits), all), foreground(masks, all)];
    const axes = is("Dice pooled over pictures") ? [0, 1, 2] : [1, 2];
    const over = (x: Tensor): Tensor => {
      const counted = is("Dice over pixels that do not count") ? x : mul(x, cells(valid));
      return is("Dice pooled over pictures") ? add(mul(sum(x, [1, 2]), 0), sum(counted, axes)) : sum(counted, axes);
    };
    const smooth = is("Dice without smoothing") ? 0 : 1;
    const size = is("Dice of squares") ? add(over(square(p)), over(square(y))) : add(over(p), over(y));
    const ratio = div(add(mul(over(mul(p, y)), 2), smooth), add(size, smooth)); // [B, classes]
    return sub(1, is("classes of Dice summed") ? sum(ratio, 1) : mean(ratio, 1));
  };
  const maskDice: Msan["maskDice"] = (logits, masks, valid) => {
    const all = is("decisions: background counted");
    const one = masks.shape[3] === 1;
    const decided = one
      ? cast(greater(logits, is("decisions at a probability of a half of the logit") ? 0.5 : 0), "float32")
      : cast(oneHot(argMax(logits, 3), logits.shape[3]), "float32");
    const [p, y] = [decided as Tensor4D, masks].map((x) => mul(foreground(x, all), cells(valid))) as [Tensor4D, Tensor4D];
    return { sum: mul(sum(mul(p, y), [1, 2, 3]), 2), count: add(sum(p, [1, 2, 3]), sum(y, [1, 2, 3])) };
  };

  /** Mean of [B, …] over what counts, or what is said instead. */
  const averaged = (what: string, x: Tensor, ...where: readonly Tensor[]): Loss => {
    const mask = where.reduce((m, one) => mul(m, reshape(one, [...one.shape, ...Array<number>(x.rank - one.rank).fill(1)])), onesLike(x));
    const of = (t: Tensor): Tensor1D => sum(reshape(t, [t.shape[0], -1]), 1);
    if (wrong === `sum for mean: ${what}`) return { sum: of(mul(x, mask)) };
    return { sum: of(mul(x, mask)), count: of(mask) };
  };
  const masks = ({ emptyMasks, stage, map: given, decode, labels, valid, labelled }: MasksCase, weights: Weights): Terms => {
    const y = masksOf(labels, valid);
    const map = (weights["map"] ?? given) as Tensor4D;
    const drops = is("empties dropped where they are to be kept") || (emptyMasks === "drop" && !is("empties kept"));
    const known = is("pictures without a label kept") ? onesLike(labelled) : labelled;
    const counted = drops ? mul(known, hasForeground(y, valid)) : known;
    const through = stage === "autoencoder" ? map : (({ down, up }) => up(down(map)))(headers(map.shape[1], map.shape[2], weights));
    const logits = decode(is("the map itself decoded, not its copy") ? map : through);
    const term = (loss: () => Loss) => ({ weight: 1, loss });
    return {
      "cross-entropy": term(() => averaged("cross-entropy", maskCrossEntropy(logits, y), valid, counted)),
      dice: term(() => averaged("Dice", maskDiceLoss(logits, y, valid), counted)),
      ...(stage !== "autoencoder" && {
        map: term(() => {
          const apart = squaredDifference(through, is("gradient into M") ? map : constant(map));
          return averaged("map", is("map: mean over channels left out") ? sum(apart, 3) : apart, counted);
        }),
      }),
    };
  };

  // ACT
  const consistency = (through: Tensor4D, own: Tensor4D, labels: Tensor4D): Tensor3D => {
    const [q, p] = [logSoftmax(through), logSoftmax(own)];
    const [first, second] = is("KL arguments swapped") ? [q, p] : [p, q];
    const kl = sum(mul(exp(first), sub(first, second)), 3);
    const ce = neg(sum(mul(labels, q), 3));
    if (is("KL left out")) return ce as Tensor3D;
    return (is("cross-entropy left out") ? kl : add(ce, kl)) as Tensor3D;
  };
  const act = (given: ActCase, weights: Weights): Terms => {
    const { bottleneck, skip, view, labels, valid, labelled, decode, zeta } = given;
    const [, h, w, c] = bottleneck.shape;
    const { down, up } = headers(h, w, weights);
    const bridge = (x: Tensor4D, name: "enter" | "leave"): Tensor4D => {
      const kernel = weights[`${name}w`] as Tensor2D | undefined;
      return kernel ? add(conv2d(x, reshape<Rank.R4>(kernel, [1, 1, ...kernel.shape])), weights[`${name}b`]!) : x;
    };
    const encode = (map: Tensor4D): Tensor2D => down(bridge(map, "enter"));
    const v = encode(bottleneck);
    const middle = up(v);
    const back = bridge(middle, "leave");
    const skips = is("skips of the view") ? view.skip : skip;
    const through = decode(is("the network's own bottleneck decoded") ? bottleneck : back, skips);
    const own = decode(is("KL's target follows the alignment") ? back : bottleneck, skip);
    const guessed = cast(oneHot(argMax(own, 3), own.shape[3]), "float32") as Tensor4D;
    const of = is("ζ of the prediction for the mask's") ? { labels: guessed, valid } : { labels, valid };
    const target = zeta(is("the view's label for the anchor") ? view : of);
    const viewed = (): Tensor => {
      const vector = is("augmentation's vector is the anchor's") ? v : encode(view.bottleneck);
      if (is("augmentation pulls the view to the anchor's vector")) return squaredDifference(vector, v);
      return squaredDifference(vector, zeta(is("the anchor's label for a turned view") ? { labels, valid } : view));
    };
    const rec = (): Tensor =>
      is("reconstruction before the 1 × 1 convolution") && weights["enterw"]
        ? squaredDifference(middle, bridge(bottleneck, "enter"))
        : squaredDifference(back, bottleneck);
    if (c < 1) throw new Error("no channels");
    const everywhere = is("consistency over pixels that do not count") ? onesLike(valid) : valid;
    const known = is("consistency over pictures without a label") ? onesLike(labelled) : labelled;
    const all: Record<string, () => Loss> = {
      latent: () => averaged("latent", squaredDifference(v, target), labelled),
      reconstruction: () => averaged("reconstruction", rec()),
      consistency: () => averaged("consistency", consistency(through, own, labels), everywhere, known),
      augmentation: () => averaged("augmentation", viewed(), labelled),
    };
    return Object.fromEntries(
      Object.entries(all).map(([name, loss]) => [
        name,
        { weight: is("weights left out") ? 1 : given.act[name as keyof ActCase["act"]], loss },
      ]),
    );
  };

  return {
    headers: ({ height, width }, weights) => headers(height, width, weights),
    ...{ masksOf, hasForeground, maskCrossEntropy, maskDiceLoss, maskDice, consistency, masks, act },
  };
}
