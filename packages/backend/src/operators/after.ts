import type { NamedTensorMap, Tensor } from "@tensorflow/tfjs-core";
import { attributeKinds, dataTypes } from "../native/constants.js";
import { callMany, type Operator } from "./operator.js";

/** All inputs themselves, once every one of them is there: an order between parts of a compiled step that no value asks for. */
export const afterOperator: Operator = {
  name: "After",
  native: (run, inputs) => {
    const all = Object.values(inputs);
    const kinds = all.map(({ dtype }) =>
      dtype === "int32" ? dataTypes.TF_INT32 : dtype === "bool" ? dataTypes.TF_BOOL : dataTypes.TF_FLOAT,
    );
    return run("IdentityN", [{ name: "T", type: attributeKinds.TF_ATTR_TYPE, value: kinds }], all, all.length);
  },
  plain: (inputs) => Object.values(inputs).map((x) => x.clone()),
  gradient: { gradFunc: (dys) => Object.fromEntries((dys as Tensor[]).map((dy, i) => [`x${i}`, () => dy])) },
};

/** x, not before every one of `others` has been computed. Its gradient is x's alone. */
export const after = <T extends Tensor>(x: T, others: readonly Tensor[]): T =>
  others.length === 0 ? x.clone() : (allAfter([x], others)[0] as T);

/**
 * The tensors, not before every one of `others` has been computed. TensorFlow does not merge what is computed from them with what was computed from the
 * tensors themselves.
 */
export function allAfter(tensors: readonly Tensor[], others: readonly Tensor[]): Tensor[] {
  const made = callMany("After", Object.fromEntries([...tensors, ...others].map((t, i) => [`x${i}`, t])) as NamedTensorMap);
  for (const other of made.slice(tensors.length)) other.dispose();
  return made.slice(0, tensors.length);
}
