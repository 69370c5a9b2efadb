import { add, customGrad, mean, mul, rsqrt, square, sub, type Tensor, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import { notAMap, notOneAChannel } from "./errors.js";

/**
 * Layer normalisation over the last axis: y = scale·(x − μ)/√(σ² + ε) + offset, with μ and the biased σ² of every position. `x` [..., C], `scale` and `offset`
 * [C], result as `x`. Gradients of any order. Throws where `scale` or `offset` is not [C].
 */
export function layerNorm<T extends Tensor>(x: T, scale: Tensor1D, offset: Tensor1D, epsilon = 1e-5): T {
  requireVectors("layerNorm", x, { scale, offset });
  return add(mul(standardised(x, [x.shape.length - 1], epsilon), scale), offset);
}

/**
 * Instance normalisation: y = scale·(x − μ)/√(σ² + ε) + offset, with μ and the biased σ² of every image and channel over its positions (methods.md 1.5).
 * `x` [B, h, w, C]; `scale`, `offset` [C], none if left out. The same in training and inference. Gradients of any order: it may stand in a critic under a
 * gradient penalty. Throws where `scale` or `offset` is not [C].
 */
export function instanceNorm(
  x: Tensor4D,
  { scale, offset, epsilon = 1e-5 }: { readonly scale?: Tensor1D; readonly offset?: Tensor1D; readonly epsilon?: number } = {},
): Tensor4D {
  if (x.rank !== 4) throw notAMap("instanceNorm", x.shape);
  requireVectors("instanceNorm", x, { scale, offset });
  let y = standardised(x, [1, 2], epsilon);
  if (scale) y = mul(y, scale);
  return offset ? add(y, offset) : y;
}

/**
 * (x − μ)/√(σ² + ε) over `axes`. Its own gradient needs four passes less than the one that tfjs puts together; it is made from x again, so that it has a
 * gradient too, and a compiled step merges the two.
 */
function standardised<T extends Tensor>(x: T, axes: number[], epsilon: number): T {
  return customGrad((given, save) => {
    (save as (t: Tensor[]) => void)([given as Tensor]);
    const { centred, inverse } = parts(given as Tensor, axes, epsilon);
    return {
      value: mul(centred, inverse),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const again = parts(saved[0]!, axes, epsilon);
        const y = mul(again.centred, again.inverse);
        return mul(again.inverse, sub(sub(dy, mean(dy, axes, true)), mul(y, mean(mul(dy, y), axes, true))));
      },
    };
  })(x) as T;
}

const parts = (x: Tensor, axes: number[], epsilon: number): { readonly centred: Tensor; readonly inverse: Tensor } => {
  const centred: Tensor = sub(x, mean(x, axes, true));
  return { centred, inverse: rsqrt(add(mean(square(centred), axes, true), epsilon)) };
};

/** Throws where one of `vectors` is there and not [C]. */
export function requireVectors(who: string, x: Tensor, vectors: Readonly<Record<string, Tensor | undefined>>): void {
  for (const [name, vector] of Object.entries(vectors))
    if (vector && (vector.shape.length !== 1 || vector.shape[0] !== x.shape.at(-1))) throw notOneAChannel(who, x.shape, name, vector.shape);
}
