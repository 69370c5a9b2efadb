import { getBackend } from "@tensorflow/tfjs-core";
import type { Precision } from "./compile.js";

/** What operators choose their algorithm by. */
export interface Computing {
  /** Where TensorFlow computes; null while no engine is started, and on other backends. */
  readonly device: "cpu" | "gpu" | null;
  /** The precision of the step that is being traced; float32 outside of one. */
  readonly precision: Precision;
}

let now: Computing = { device: null, precision: "float32" };

export const computing = (): Computing => (getBackend() === "tensorflow" ? now : { ...now, device: null });
/** Told once, when the engine has started. */
export const computeOn = (device: "cpu" | "gpu"): void => {
  now = { ...now, device };
};
/** Runs `f` as part of a step of this precision. */
export function computingIn<T>(precision: Precision, f: () => T): T {
  const before = now;
  now = { ...now, precision };
  try {
    return f();
  } finally {
    now = before;
  }
}
