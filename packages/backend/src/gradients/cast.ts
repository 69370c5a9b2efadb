import { getKernel, type KernelConfig, type Tensor } from "@tensorflow/tfjs-core";
import { replaceKernel } from "../operators/operator.js";

/** The gradient of every product casts both factors to float32, which they are: an op each, a seventh of all ops of a small step. Such a cast is the tensor itself here, as tfjs's `identity` is. */
export function mendCast(): void {
  const { kernelFunc } = getKernel("Cast", "tensorflow") as KernelConfig;
  replaceKernel("Cast", ({ x }, attrs, backend) => {
    if (x!.dtype !== attrs["dtype"]) return kernelFunc({ inputs: { x: x! }, attrs, backend }) as Tensor;
    backend.incRef(x!.dataId);
    return { dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype } as Tensor;
  });
}
