import { getKernel, registerKernel, scalar, unregisterKernel, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import { dataTypes } from "../native/constants.js";
import type { NativeBackend } from "../native/kernel-backend.js";
import { attr } from "../operators/operator.js";

/** tfjs-node's gather reads its indices back to check them, so it cannot be compiled; TensorFlow checks them itself. */
export function mendGather(): void {
  if (getKernel("GatherV2", "tensorflow") as unknown) unregisterKernel("GatherV2", "tensorflow");
  registerKernel({
    kernelName: "GatherV2",
    backendName: "tensorflow",
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, indices } = inputs as { x: Tensor; indices: Tensor };
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
      const at = scalar(axis, "int32");
      const type = (name: string, of: TensorInfo) => ({
        ...attr.type(name),
        value: of.dtype === "int32" ? dataTypes.TF_INT32 : of.dtype === "bool" ? dataTypes.TF_BOOL : dataTypes.TF_FLOAT,
      });
      const made = (backend as NativeBackend).executeSingleOutput(
        "GatherV2",
        [attr.int("batch_dims", batchDims), type("Tparams", x), type("Tindices", indices), attr.type("Taxis", "int32")],
        [x, indices, at],
      );
      at.dispose();
      return made;
    },
  });
}
