import { getKernel, registerKernel, unregisterKernel, type Tensor } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../native/kernel-backend.js";
import { attr } from "../operators/operator.js";

/** tfjs-node's gradient of bilinear resizing forgets half-pixel centres. */
export function mendResize(): void {
  if (getKernel("ResizeBilinearGrad", "tensorflow") as unknown) unregisterKernel("ResizeBilinearGrad", "tensorflow");
  registerKernel({
    kernelName: "ResizeBilinearGrad",
    backendName: "tensorflow",
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { images, dy } = inputs as { images: Tensor; dy: Tensor };
      const { alignCorners, halfPixelCenters } = attrs as unknown as { alignCorners: boolean; halfPixelCenters: boolean };
      return (backend as NativeBackend).executeSingleOutput(
        "ResizeBilinearGrad",
        [attr.type("T"), attr.bool("align_corners", alignCorners), attr.bool("half_pixel_centers", halfPixelCenters)],
        [dy, images],
      );
    },
  });
}
