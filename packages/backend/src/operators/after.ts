import type { NamedTensorMap, Tensor } from "@tensorflow/tfjs-core";
import { attributeKinds, dataTypes } from "../native/constants.js";
import { call, type Operator } from "./operator.js";

/** x itself, once every other input is there: an order between parts of a compiled step that no value asks for. */
export const afterOperator: Operator = {
  name: "After",
  native: (run, inputs) => {
    const all = Object.values(inputs);
    const kinds = all.map(({ dtype }) =>
      dtype === "int32" ? dataTypes.TF_INT32 : dtype === "bool" ? dataTypes.TF_BOOL : dataTypes.TF_FLOAT,
    );
    const [x, ...others] = run("IdentityN", [{ name: "T", type: attributeKinds.TF_ATTR_TYPE, value: kinds }], all, all.length);
    for (const other of others) other.dispose();
    return x!;
  },
  plain: ({ x }) => x!.clone(),
};

/** x, not before every one of `others` has been computed. Off the tape: no gradient goes through it. */
export const after = <T extends Tensor>(x: T, others: readonly Tensor[]): T =>
  others.length === 0
    ? x.clone()
    : (call("After", { x, ...Object.fromEntries(others.map((t, i) => [`y${i}`, t])) } as NamedTensorMap) as T);
