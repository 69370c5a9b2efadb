import {
  batchToSpaceND,
  depthwiseConv2d,
  getGradient,
  getKernel,
  spaceToBatchND,
  zerosLike,
  type NamedAttrMap,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { computing } from "../computing.js";
import { byProducts } from "../operators/kernel-gradient.js";
import { call, replaceGradient, replaceKernel } from "../operators/operator.js";
import { frameOf, pair, spanOf, type Pair } from "../operators/padding.js";
import { phasesOf, type Phases } from "../operators/space-to-batch.js";

type Four = [number, number, number, number];
type Zeros = [before: number, after: number];
type Around = readonly [batch: Zeros, rows: Zeros, columns: Zeros, channels: Zeros];
/** tfjs's attributes of a convolution. */
interface Convolution {
  readonly strides: number | Pair;
  readonly pad: "same" | "valid" | number | Around;
  readonly dataFormat?: string;
  readonly dilations: number | Pair | null;
}

const dilated = ({ dilations, pad, dataFormat = "NHWC" }: Convolution): boolean =>
  pair(dilations ?? 1).some((rate) => rate > 1) && typeof pad !== "number" && dataFormat === "NHWC";

/** TensorFlow has no dilated depthwise convolution on a GPU: there its forward pass goes through space-to-batch too. */
function mendDilatedOnGpu(): void {
  const { kernelFunc } = getKernel("DepthwiseConv2dNative", "tensorflow");
  replaceKernel("DepthwiseConv2dNative", (inputs, attributes, backend) => {
    const convolution = attributes as unknown as Convolution;
    if (computing().device !== "gpu" || !dilated(convolution)) return kernelFunc({ inputs, attrs: attributes, backend }) as Tensor;
    const [x, filter] = [inputs["x"], inputs["filter"]] as [Tensor4D, Tensor4D];
    const { blocks, paddings, crops } = phasesOfDepthwise(x, filter, convolution);
    return batchToSpaceND(depthwiseConv2d(spaceToBatchND(x, blocks, paddings), filter, 1, "valid"), blocks, crops);
  });
}

/** How the map of a dilated depthwise convolution is cut into phases; at stride 1, for tfjs dilates at no other. */
function phasesOfDepthwise(x: Tensor4D, filter: Tensor4D, { pad, dilations }: Convolution): Phases {
  const [size, dilation]: [Pair, Pair] = [[x.shape[1], x.shape[2]], pair(dilations!)];
  const span = spanOf([filter.shape[0], filter.shape[1]], dilation);
  const frame = typeof pad === "object" ? ([pad[1], pad[2]] as const) : frameOf(size, span, 1, pad as "same" | "valid");
  return phasesOf(size, span, dilation, frame);
}

/**
 * Dilated convolutions: tfjs has no gradient of them. Depthwise ones go through space-to-batch, for TensorFlow's gradient of those is silently wrong
 * (engine-ops.md §1). What tfjs refuses anyway (other layouts, padding by a number) stays with it.
 */
export function mendDilated(): void {
  const dense = getGradient("Conv2D");
  replaceGradient({
    ...dense,
    gradFunc: (dy, saved, attributes) => {
      const convolution = attributes as unknown as Convolution;
      if (!dilated(convolution) || typeof convolution.pad !== "string") return dense.gradFunc(dy, saved, attributes);
      const [x, filter] = saved as [Tensor4D, Tensor4D];
      const way = { stride: pair(convolution.strides), padding: convolution.pad, dilation: pair(convolution.dilations!) };
      return {
        x: () => call("AnyConvolutionInputGrad", { dy: dy as Tensor, kernel: filter }, { ...way, shape: x.shape }),
        filter: () => call("AnyConvolutionKernelGrad", { x, dy: dy as Tensor }, { ...way, shape: filter.shape }),
      };
    },
  });

  mendDilatedOnGpu();
  const byChannel = getGradient("DepthwiseConv2dNative");
  replaceGradient({
    ...byChannel,
    gradFunc: (dy, saved, attributes) => {
      const convolution = attributes as unknown as Convolution;
      if (!dilated(convolution)) return byChannel.gradFunc(dy, saved, attributes);
      const [x, filter] = saved as [Tensor4D, Tensor4D];
      const { blocks, paddings, crops } = phasesOfDepthwise(x, filter, convolution);
      const phases = (): Tensor4D => spaceToBatchND(x, blocks, paddings);
      const dPhases = (): Tensor4D => spaceToBatchND(dy as Tensor4D, blocks, crops);
      const plain = { strides: 1, pad: "valid", dimRoundingMode: null, dilations: 1 };
      const way = (more: object): NamedAttrMap => ({ ...plain, ...more }) as unknown as NamedAttrMap;
      return {
        x: () => {
          const rows = x.shape.slice(1, 3).map((n, i) => (paddings[i]![0]! + n + paddings[i]![1]!) / blocks[i]!);
          const inputShape = [x.shape[0] * blocks[0]! * blocks[1]!, ...rows, x.shape[3]];
          const dx = call("DepthwiseConv2dNativeBackpropInput", { dy: dPhases(), filter }, way({ inputShape }));
          return batchToSpaceND(dx as Tensor4D, blocks, paddings);
        },
        filter: () => call("DepthwiseConv2dNativeBackpropFilter", { x: phases(), dy: dPhases() }, way({ filterShape: filter.shape })),
      };
    },
  });
}

/** The gradient in the kernel by products of matrices where oneDNN's own is slow; the gradients of it stay what they are. */
export function mendKernelGradient(): void {
  const { kernelFunc } = getKernel("Conv2DBackpropFilter", "tensorflow");
  replaceKernel("Conv2DBackpropFilter", (inputs, attributes, backend) => {
    const {
      strides,
      pad,
      dataFormat = "NHWC",
      filterShape: kernel,
    } = attributes as unknown as Convolution & { readonly filterShape: Four };
    if (typeof pad === "string" && dataFormat === "NHWC") {
      const found = byProducts(inputs["x"]!, inputs["dy"]!, { stride: pair(strides), dilation: pair(1), padding: pad, kernel });
      if (found) return found;
    }
    return kernelFunc({ inputs, attrs: attributes, backend }) as Tensor;
  });
}

/**
 * Gradients of gradients that tfjs lacks, so that what stands here may be used under a gradient penalty. Each gradient is linear in dy, and its own gradient
 * there is the operator again.
 */
export function mendSpatialSecondOrder(): void {
  replaceGradient({
    kernelName: "Conv2DBackpropFilter",
    inputsToSave: ["x", "dy"],
    gradFunc: (dd, [x, dy], attributes) => ({
      x: () => call("Conv2DBackpropInput", { dy: dy!, filter: dd as Tensor }, { ...attributes, inputShape: x!.shape }),
      dy: () => call("Conv2D", { x: x!, filter: dd as Tensor }, { ...attributes, dilations: 1 }),
    }),
  });
  replaceGradient({
    kernelName: "DepthwiseConv2dNativeBackpropInput",
    inputsToSave: ["dy", "filter"],
    gradFunc: (dd, [dy, filter], attributes) => ({
      dy: () => call("DepthwiseConv2dNative", { x: dd as Tensor, filter: filter! }, attributes),
      filter: () =>
        call("DepthwiseConv2dNativeBackpropFilter", { x: dd as Tensor, dy: dy! }, { ...attributes, filterShape: filter!.shape }),
    }),
  });
  replaceGradient({
    kernelName: "DepthwiseConv2dNativeBackpropFilter",
    inputsToSave: ["x", "dy"],
    gradFunc: (dd, [x, dy], attributes) => ({
      x: () => call("DepthwiseConv2dNativeBackpropInput", { dy: dy!, filter: dd as Tensor }, { ...attributes, inputShape: x!.shape }),
      dy: () => call("DepthwiseConv2dNative", { x: x!, filter: dd as Tensor }, attributes),
    }),
  });
  replaceGradient({
    kernelName: "AvgPoolGrad",
    inputsToSave: ["input"],
    gradFunc: (dd, [input], attributes) => ({
      dy: () => call("AvgPool", { x: dd as Tensor }, attributes),
      input: () => zerosLike(input!),
    }),
  });
  replaceGradient({
    kernelName: "MaxPoolGrad",
    inputsToSave: ["input", "output"],
    gradFunc: (dd, [input, output], attributes) => ({
      dy: () => call("MaxPoolGradGrad", { source: input!, pooled: output!, dd: dd as Tensor }, attributes),
      input: () => zerosLike(input!),
      output: () => zerosLike(output!),
    }),
  });
}
