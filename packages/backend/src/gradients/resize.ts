import { attr, replaceKernel } from "../operators/operator.js";

/** tfjs-node's gradient of bilinear resizing forgets half-pixel centres. */
export function mendResize(): void {
  replaceKernel("ResizeBilinearGrad", ({ images, dy }, { alignCorners, halfPixelCenters }, backend) =>
    backend.executeSingleOutput(
      "ResizeBilinearGrad",
      [attr.type("T"), attr.bool("align_corners", alignCorners), attr.bool("half_pixel_centers", halfPixelCenters)],
      [dy!, images!],
    ),
  );
}
