import { customGrad, scalar, tidy, type Tensor, clone, zerosLike } from "@tensorflow/tfjs-core";

/** Runs f without recording it: tfjs records nothing inside a custom gradient. */
export function offTape<T>(f: () => T): T {
  let out: T | undefined;
  customGrad(() => {
    out = f();
    return { value: scalar(0), gradFunc: () => [] };
  })().dispose();
  return out as T;
}

/** The same values as a constant: no gradient goes back through it. */
export const constant = <T extends Tensor>(x: T): T =>
  customGrad((inner) => ({ value: clone(inner as Tensor), gradFunc: () => tidy(() => zerosLike(inner as Tensor)) }))(x) as T;
