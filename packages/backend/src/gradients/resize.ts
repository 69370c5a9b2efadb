import { image, tensor1d, zerosLike, type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { attr, replaceGradient, replaceKernel } from "../operators/operator.js";

const options = ({ alignCorners, halfPixelCenters }: Readonly<Record<string, unknown>>) =>
  [alignCorners as boolean, halfPixelCenters as boolean] as const;

/** tfjs-node's gradients of resizing forget half-pixel centres; tfjs has no gradient of theirs, which is the resizing itself. */
export function mendResize(): void {
  const native = (attributes: Readonly<Record<string, unknown>>) => {
    const [alignCorners, halfPixelCenters] = options(attributes);
    return [attr.type("T"), attr.bool("align_corners", alignCorners), attr.bool("half_pixel_centers", halfPixelCenters)];
  };
  replaceKernel("ResizeBilinearGrad", ({ images, dy }, attributes, backend) =>
    backend.executeSingleOutput("ResizeBilinearGrad", native(attributes), [dy!, images!]),
  );
  replaceKernel("ResizeNearestNeighborGrad", ({ images, dy }, attributes, backend) => {
    const size = tensor1d([images!.shape[1]!, images!.shape[2]!], "int32");
    const made = backend.executeSingleOutput("ResizeNearestNeighborGrad", native(attributes), [dy!, size]);
    size.dispose();
    return made;
  });
  for (const [kernelName, resize] of [
    ["ResizeBilinearGrad", image.resizeBilinear],
    ["ResizeNearestNeighborGrad", image.resizeNearestNeighbor],
  ] as const)
    replaceGradient({
      kernelName,
      inputsToSave: ["dy", "images"],
      gradFunc: (dd, [dy, images], attributes) => ({
        dy: () => resize(dd as Tensor4D, [dy!.shape[1]!, dy!.shape[2]!], ...options(attributes)) as Tensor,
        images: () => zerosLike(images!),
      }),
    });
}
