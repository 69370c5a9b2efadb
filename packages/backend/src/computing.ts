import { getBackend } from "@tensorflow/tfjs-core";
import type { Precision } from "./compile.js";
import type { Vectors } from "./library/index.js";

/** What operators choose their algorithm by. */
export interface Computing {
  /** Where TensorFlow computes; null while no engine is started, and on other backends. */
  readonly device: "cpu" | "gpu" | null;
  /** The precision of the step that is being traced; float32 outside of one. */
  readonly precision: Precision;
  /** What oneDNN's kernels compute with. */
  readonly vectors: Vectors;
}

let now: Computing = { device: null, precision: "float32", vectors: "unknown" };

export const computing = (): Computing => (getBackend() === "tensorflow" ? now : { ...now, device: null });
/** Told once, when the engine has started. */
export const computeOn = (device: "cpu" | "gpu", vectors: Vectors): void => {
  now = { ...now, device, vectors };
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
