import { scalar, type TensorInfo } from "@tensorflow/tfjs-core";
import { dataTypes } from "../native/constants.js";
import { attr, replaceKernel } from "../operators/operator.js";

/** tfjs-node's gather reads its indices back to check them, so it cannot be compiled; TensorFlow checks them itself. */
export function mendGather(): void {
  replaceKernel("GatherV2", ({ x, indices }, { axis, batchDims }, backend) => {
    const at = scalar(axis as number, "int32");
    const type = (name: string, { dtype }: TensorInfo) => ({
      ...attr.type(name),
      value: dtype === "int32" ? dataTypes.TF_INT32 : dtype === "bool" ? dataTypes.TF_BOOL : dataTypes.TF_FLOAT,
    });
    const made = backend.executeSingleOutput(
      "GatherV2",
      [attr.int("batch_dims", batchDims), type("Tparams", x!), type("Tindices", indices!), attr.type("Taxis", "int32")],
      [x!, indices!, at],
    );
    at.dispose();
    return made;
  });
}
