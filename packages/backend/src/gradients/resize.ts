import {
  image,
  matMul,
  reshape,
  tensor1d,
  tensor2d,
  transpose,
  zerosLike,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { computing } from "../computing.js";
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
    if (computing().device === "gpu") return nearestGrad(dy as Tensor4D, images as Tensor4D, options(attributes));
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

/** By 0/1 matrices, rows and then columns: TensorFlow's own on a GPU adds in no fixed order, and refuses where the same bytes are asked for. A number in `dy` that is not finite spoils its whole channel. */
function nearestGrad(dy: Tensor4D, images: Tensor4D, how: readonly [alignCorners: boolean, halfPixelCenters: boolean]): Tensor {
  const [b, h, w, c] = images.shape;
  const [, H, W] = dy.shape;
  const rows = matMul(taken(h, H, how), reshape(transpose(dy, [1, 0, 2, 3]), [H, b * W * c])); // [h, b·W·c]
  const columns = matMul(taken(w, W, how), reshape(transpose(reshape(rows, [h, b, W, c]), [2, 0, 1, 3]), [W, h * b * c]));
  return transpose(reshape(columns, [w, h, b, c]), [2, 1, 0, 3]);
}

/** 1 where place `i` of `from` is what place `p` of `to` takes, [from, to]; in float32, as TensorFlow computes it. */
function taken(from: number, to: number, [alignCorners, halfPixelCenters]: readonly [boolean, boolean]): Tensor2D {
  const f = Math.fround;
  const scale = f(alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to);
  const values = new Float32Array(from * to);
  for (let p = 0; p < to; p++) {
    const at = f(f(halfPixelCenters ? p + 0.5 : p) * scale);
    values[Math.min(Math.max(alignCorners ? Math.round(at) : Math.floor(at), 0), from - 1) * to + p] = 1;
  }
  return tensor2d(values, [from, to]);
}
