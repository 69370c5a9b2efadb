import { getKernel, type Tensor } from "@tensorflow/tfjs-core";
import { computing } from "../computing.js";
import { replaceKernel } from "../operators/operator.js";

/**
 * The gradient of every product casts both factors to float32, which they are: an op each, a seventh of all ops of a small step. Such a cast is the tensor itself here, as tfjs's `identity` is. Not
 * so in a step of bfloat16: there TensorFlow chooses by the ops around a value whether it is bfloat16, and a cast is one of them.
 */
export function mendCast(): void {
  const { kernelFunc } = getKernel("Cast", "tensorflow");
  replaceKernel("Cast", ({ x }, attrs, backend) => {
    if (x!.dtype !== attrs["dtype"] || computing().precision === "bfloat16")
      return kernelFunc({ inputs: { x: x! }, attrs, backend }) as Tensor;
    backend.incRef(x!.dataId);
    return { dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype } as Tensor;
  });
}
