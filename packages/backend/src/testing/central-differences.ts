import { add, dispose, grad, mul, sub, sum, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { numbers } from "./numbers.js";

/**
 * How far the gradient of `f` at `x` is from the central difference ⟨w, f(x + h·d) − f(x − h·d)⟩ / 2h, for given weights w and direction d:
 * |gradient − difference| / max(|difference|, 0.01). What `f` gives may have any shape. For linear `f` take a large h: nothing but rounding is left.
 */
export function gradientError(f: (x: Tensor) => Tensor, x: Tensor, h: number): number {
  return tidy(() => {
    const direction = numbers(x.shape, 5);
    const weights = numbers(f(x).shape, 6);
    const along = (step: number): Tensor => f(add(x, mul(direction, step)));
    const difference = sum(mul(weights, sub(along(h), along(-h)))).dataSync()[0]! / (2 * h);
    const gradient = sum(mul(direction, grad((z: Tensor) => sum(mul(weights, f(z))))(x))).dataSync()[0]!;
    return Math.abs(gradient - difference) / Math.max(Math.abs(difference), 0.01);
  });
}

/** The same of the gradient's own gradient: `f` is taken to ⟨dy, f⟩'s gradient first. */
export const secondGradientError = (f: (x: Tensor) => Tensor, x: Tensor, h: number): number => {
  const dy = numbers(
    tidy(() => f(x).shape),
    7,
  );
  const error = gradientError((z) => grad((u: Tensor) => sum(mul(dy, f(u))))(z), x, h);
  dispose(dy);
  return error;
};
