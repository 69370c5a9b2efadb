import {
  cast,
  equal,
  logicalAnd,
  logicalNot,
  logicalOr,
  mul,
  add,
  stridedSlice,
  zerosLike,
  type NamedAttrMap,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { pair } from "./padding.js";
import { attr, call, type Operator } from "./operator.js";

/** tfjs's attributes of a pool. */
interface Pool extends NamedAttrMap {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same";
}

/**
 * Takes from `dd` [B, H, W, C] what stands where `source` had each window's first maximum: [B, h, w, C], as `pooled`. It is the gradient of MaxPoolGrad, which
 * tfjs lacks; without it there is no second order through a max pool, nor a first through unpooling (engine-ops.md §2 (B)).
 */
export const maxPoolGradGrad: Operator = {
  name: "MaxPoolGradGrad",
  native: (run, { source, pooled, dd }, attributes) => {
    const { filterSize, strides, pad } = attributes as Pool;
    return run(
      "MaxPoolGradGrad",
      [
        attr.type("T"),
        attr.int("ksize", [1, ...pair(filterSize), 1]),
        attr.int("strides", [1, ...pair(strides), 1]),
        attr.text("padding", pad.toUpperCase()),
        attr.text("data_format", "NHWC"),
      ],
      [source!, pooled!, dd!],
      1,
    )[0]!;
  },
  plain: ({ source, pooled, dd }, attributes) => {
    const { filterSize, strides } = attributes as Pool;
    const [[rows, columns], [down, right]] = [pair(filterSize), pair(strides)];
    const [, h, w] = pooled!.shape as [number, number, number];
    let [taken, done]: [Tensor, Tensor] = [zerosLike(pooled!), cast(zerosLike(pooled!), "bool")];
    for (let u = 0; u < rows; u++)
      for (let v = 0; v < columns; v++) {
        const at = (t: Tensor): Tensor =>
          stridedSlice(t, [0, u, v, 0], [t.shape[0], u + down * (h - 1) + 1, v + right * (w - 1) + 1, t.shape[3]!], [1, down, right, 1]);
        const here = logicalAnd(equal(at(source!), pooled!), logicalNot(done));
        taken = add(taken, mul(cast(here, "float32"), at(dd!)));
        done = logicalOr(done, here);
      }
    return taken;
  },
  gradient: {
    inputsToSave: ["source", "pooled"],
    gradFunc: (dy, [source, pooled], attributes) => ({
      source: () => zerosLike(source!),
      pooled: () => zerosLike(pooled!),
      dd: () => call("MaxPoolGrad", { dy: dy as Tensor, input: source!, output: pooled! }, attributes),
    }),
  },
};
