import { mul, squaredDifference, type Tensor1D, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import type { PassOf } from "@segdistill/alignment";
import { float32Barrier } from "@segdistill/backend/ops";
import {
  constant,
  meanOver,
  offer,
  service,
  type Method,
  type Module,
  type Picture,
  type PictureShape,
  type Scope,
  type Term,
} from "@segdistill/core";
import { reconstructionGates, vectorGates, type Reads, type Returned } from "./autoencoder-gates.js";
import { pictureNotDivisible } from "./errors.js";
import { maskAutoencoder } from "./mask-autoencoder.js";
import { positionHeaders, type BuiltHeaders } from "./position-headers.js";
import { hasForeground, maskCrossEntropy, maskDiceLoss, masksOf } from "./reconstruction.js";

/** How the semantic autoencoder (P-SAE) is made and held to what it is for. */
export interface SemanticAutoencoderOptions {
  /** Channels of its finest level, even; the latent vector has 8 times as many. 64 [code] */
  readonly width: number;
  /** Width of the headers. 64 [code] */
  readonly hidden: number;
  /** What becomes of pictures in training whose mask is all background. "drop" [ours] */
  readonly emptyMasks: "drop" | "keep";
  /** Pooled Dice that reconstructions of the validation masks must reach. 0.9 [ours] */
  readonly least: number;
  /** What happens where they do not. "stop" [ours] */
  readonly otherwise: "stop" | "warn";
}

/** What a mask means as a vector. */
export interface MaskLatent {
  /** One-hot labels `[B, H, W, K]`, and which of their pixels count `[B, H, W]`, to ζ `[B, d]`. */
  readonly encode: (picture: Pick<Picture, "labels" | "valid">, pass: PassOf) => Tensor2D;
  /** d */
  readonly size: number;
}
/** ζ: provided by the autoencoder's last stage, read by the stages of the alignment networks. */
export const maskLatent = service<MaskLatent>("msan/mask-latent");

/** E and D, between masks and latent maps. */
interface Autoencoder {
  readonly encode: (masks: Tensor4D, pass: PassOf) => Tensor4D;
  readonly decode: (map: Tensor4D, pass: PassOf) => Tensor4D;
  readonly latent: { readonly height: number; readonly width: number; readonly channels: number };
}
const autoencoder = service<Autoencoder>("msan/autoencoder");

function autoencoderIn(scope: Scope, { height, width, classes }: PictureShape, options: SemanticAutoencoderOptions): [Module, Autoencoder] {
  const { size, multiple, build } = maskAutoencoder({ channels: classes === 2 ? 1 : classes, width: options.width });
  if (height % multiple !== 0 || width % multiple !== 0) throw pictureNotDivisible(height, width, multiple);
  const module = scope.module("autoencoder", build);
  return [
    module,
    {
      encode: (masks, pass) => float32Barrier(module.encode(masks, pass(module))),
      decode: (map, pass) => float32Barrier(module.decode(map, pass(module))),
      latent: { height: height / multiple, width: width / multiple, channels: size },
    },
  ];
}
const headersIn = (scope: Scope, { latent }: Autoencoder, { hidden }: SemanticAutoencoderOptions): Module & BuiltHeaders =>
  scope.module("headers", (make) => positionHeaders({ ...latent, hidden }).build(make));

/** Reconstructs the step's masks, once for all terms; through the headers where there are some. */
const returning =
  (own: Autoencoder, { emptyMasks }: SemanticAutoencoderOptions, headers?: BuiltHeaders) =>
  ({ labels, valid, labelled, pass, once }: Reads): Returned =>
    once("returned", (): Returned => {
      const masks = masksOf(labels, valid);
      const counted: Tensor1D = emptyMasks === "drop" ? mul(labelled, hasForeground(masks, valid)) : labelled;
      const map = own.encode(masks, pass);
      if (!headers) return { masks, counted, logits: own.decode(map, pass) };
      const vector = headers.down(map);
      const copy = headers.up(vector);
      return { masks, counted, logits: own.decode(copy, pass), through: { map, copy, vector } };
    });

/** L_(i), and with the headers L_(ii): ‖M̂ − M‖² / (d·h·w) beside it, without gradient into M. */
function termsOf(returned: (step: Reads) => Returned, withHeaders: boolean): readonly Term<Reads>[] {
  const reconstruction: readonly Term<Reads>[] = [
    {
      name: "cross-entropy",
      loss: (step) => {
        const { logits, masks, counted } = returned(step);
        return meanOver(maskCrossEntropy(logits, masks), step.valid, counted);
      },
    },
    {
      name: "dice",
      loss: (step) => {
        const { logits, masks, counted } = returned(step);
        return { sum: mul(maskDiceLoss(logits, masks, step.valid), counted), count: counted };
      },
    },
  ];
  if (!withHeaders) return reconstruction;
  return [
    ...reconstruction,
    {
      name: "map",
      loss: (step) => {
        const { through, counted } = returned(step);
        return meanOver(squaredDifference(through!.copy, constant(through!.map)), counted);
      },
    },
  ];
}

/** S1 (i): E and D, on masks alone. `joint`: with the headers too, always through the vector, an older form of the released code; then there is no (ii). */
export const reconstructing = (options: SemanticAutoencoderOptions, joint = false): Method<"reconstructing", {}> => ({
  name: "reconstructing",
  options: { ...options, joint },
  wants: {},
  provides: [joint ? maskLatent : autoencoder],
  build: ({ scope, picture }) => {
    const [module, own] = autoencoderIn(scope, picture, options);
    const headers = joint ? headersIn(scope, own, options) : undefined;
    const returned = returning(own, options, headers);
    return {
      trains: headers ? [module, headers] : [module],
      provides: [headers ? offer(maskLatent, latentOf(own, headers)) : offer(autoencoder, own)],
      terms: termsOf(returned, joint),
      gates: [...reconstructionGates(returned, options), ...(joint ? vectorGates(returned) : [])],
    };
  },
});

/** S1 (ii): the headers alone, E and D as they are. */
export const summarising = (options: SemanticAutoencoderOptions): Method<"summarising", {}> => ({
  name: "summarising",
  options: { ...options },
  wants: {},
  uses: [autoencoder],
  provides: [maskLatent],
  build: ({ scope, use }) => {
    const own = use(autoencoder);
    const headers = headersIn(scope, own, options);
    const returned = returning(own, options, headers);
    return {
      trains: [headers],
      provides: [offer(maskLatent, latentOf(own, headers))],
      terms: termsOf(returned, true),
      gates: vectorGates(returned),
    };
  },
});

const latentOf = (own: Autoencoder, headers: BuiltHeaders): MaskLatent => ({
  encode: ({ labels, valid }, pass) => headers.down(own.encode(masksOf(labels, valid), pass)),
  size: own.latent.channels,
});
