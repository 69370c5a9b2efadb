import { engine, type NamedTensorMap, type Tensor } from "@tensorflow/tfjs-core";
import { attributeKinds } from "../native/constants.js";
import { callMany, typeOf, type Operator } from "./operator.js";

/** All inputs themselves, once every one of them is there: an order between parts of a compiled step that no value asks for. */
export const afterOperator: Operator = {
  name: "After",
  native: (run, inputs) => {
    const all = Object.values(inputs);
    const kinds = all.map(({ dtype }) => typeOf(dtype));
    return run("IdentityN", [{ name: "T", type: attributeKinds.TF_ATTR_TYPE, value: kinds }], all, all.length);
  },
  plain: (inputs) => Object.values(inputs).map((x) => x.clone()),
};

/** x, not before every one of `others` has been computed. Its gradient, of any order, is x's alone. */
export const after = <T extends Tensor>(x: T, others: readonly Tensor[]): T =>
  others.length === 0 ? x.clone() : (allAfter([x], others)[0] as T);

/** tfjs's engine, as far as it knows functions with a gradient of their own and several results. */
interface Engine {
  readonly runKernelFunc: (call: {
    readonly inputs: NamedTensorMap;
    readonly forwardFunc: () => Tensor[];
    readonly backwardsFunc: (dy: Tensor | readonly Tensor[]) => Readonly<Record<string, () => Tensor>>;
  }) => Tensor[];
}

/**
 * The tensors, not before every one of `others` has been computed. TensorFlow does not merge what is computed from them with what was computed from the
 * tensors themselves. `others` are no inputs on tfjs's tape: it would make zeros for their gradients, as large as they are. Without `others` there is no order: it seems that TensorFlow takes an
 * `IdentityN` apart of which every output is read.
 */
export function allAfter(tensors: readonly Tensor[], others: readonly Tensor[]): Tensor[] {
  const named = (all: readonly Tensor[]): NamedTensorMap => Object.fromEntries(all.map((t, i) => [`x${i}`, t]));
  return (engine() as unknown as Engine).runKernelFunc({
    inputs: named(tensors),
    forwardFunc: () => callMany("After", named([...tensors, ...others])).slice(0, tensors.length), // what tfjs's tidy leaves is given back
    backwardsFunc: (dys) => Object.fromEntries([dys].flat().map((dy, i) => [`x${i}`, () => dy])),
  });
}
