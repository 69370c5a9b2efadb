import { backend_util, tensor1d, type NamedAttrMap, type Tensor } from "@tensorflow/tfjs-core";
import { attr, replaceKernel } from "../operators/operator.js";

type Four = [number, number, number, number];

/** TensorFlow's attributes of a depthwise convolution that tfjs describes by `attributes`. */
function native(x: Tensor | Four, filter: Tensor | Four, attributes: NamedAttrMap) {
  const [xShape, filterShape] = [x, filter].map((one) => (Array.isArray(one) ? one : one.shape)) as [Four, Four];
  type Given = [stride: number, dilations: number, pad: "same", rounding?: "floor"];
  const { strides, dilations, pad, dimRoundingMode } = attributes;
  const info = backend_util.computeConv2DInfo(
    xShape,
    filterShape,
    ...([strides, dilations, pad, dimRoundingMode] as unknown as Given),
    true,
  );
  const { type, top, bottom, left, right } = info.padInfo;
  return [
    attr.type("T"),
    attr.int("strides", [1, info.strideHeight, info.strideWidth, 1]),
    attr.text("padding", type),
    ...(type === "EXPLICIT" ? [attr.int("explicit_paddings", [0, 0, top, bottom, left, right, 0, 0])] : []),
    attr.text("data_format", "NHWC"),
    attr.int("dilations", [1, info.dilationHeight, info.dilationWidth, 1]),
  ];
}

/**
 * tfjs-node's gradients of depthwise convolutions do not say where the zeros of an explicit padding stand, an error of TensorFlow. With them a strided
 * convolution that pads both sides needs no padded copy of its map.
 */
export function mendDepthwise(): void {
  replaceKernel("DepthwiseConv2dNativeBackpropInput", ({ dy, filter }, attributes, backend) => {
    const { inputShape } = attributes as unknown as { inputShape: Four };
    const size = tensor1d(inputShape, "int32");
    const made = backend.executeSingleOutput("DepthwiseConv2dNativeBackpropInput", native(inputShape, filter!, attributes), [
      size,
      filter!,
      dy!,
    ]);
    size.dispose();
    return made;
  });
  replaceKernel("DepthwiseConv2dNativeBackpropFilter", ({ x, dy }, attributes, backend) => {
    const { filterShape } = attributes as unknown as { filterShape: Four };
    const size = tensor1d(filterShape, "int32");
    const made = backend.executeSingleOutput("DepthwiseConv2dNativeBackpropFilter", native(x!, filterShape, attributes), [x!, size, dy!]);
    size.dispose();
    return made;
  });
}
