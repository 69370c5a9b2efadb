// For tests only: the starting numbers of fixtures/fanet.py.
import { add, mul, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { Scope } from "@segdistill/core/contract";
import { fixedScope } from "./fixed-scope.js";

const kernel = /(squeeze|pooled\d|row|column)\/conv\/kernel$/;
const last = /(leave|attention\/fuse|extend|columns2)\/norm\/scale$/; // the latter two: enet_erfnet.py
const rectified = /(unit\/(wide|narrow|squeeze)\/norm|between|enter\/norm|attention\/(near|far)\/\w+\/norm)\/(scale|offset)$/;

const calmed = (name: string, value: Tensor): Tensor => {
  if (kernel.test(name)) return mul(value, 1 / 128);
  if (last.test(name)) return mul(value, 1 / 4);
  if (!rectified.test(name)) return value;
  return name.endsWith("scale") ? mul(value, 1 / 2) : add(value, 1.5);
};

/** {@link fixedScope}, calmed as `calm` of fanet.py, which says why. */
export function calmScope(): Scope {
  const inner = fixedScope();
  return {
    module: (name, build) => {
      const made = inner.module(name, build);
      for (const [key, variable] of Object.entries(made.variables)) tidy(() => variable.assign(calmed(key, mul(variable, 1))));
      return made;
    },
  };
}
