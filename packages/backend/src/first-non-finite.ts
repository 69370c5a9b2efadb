import type { Tensor } from "@tensorflow/tfjs-core";
import { runtime } from "./engine.js";
import { dataTypes } from "./native/constants.js";

/** Where a number that is not finite came up. */
export interface NonFinite {
  /** TensorFlow's name of the op whose result has it. */
  readonly op: string;
  readonly shape: readonly number[];
  readonly value: number;
  /** The named tensor that this op read, or else the last one that any op read before it; null before the first. */
  readonly near: string | null;
  readonly reads: boolean;
}

/**
 * Runs `f` op by op, reads every result, and gives the first float32 one that is not finite everywhere; null where there is none. Slow: for telling a
 * user what went wrong. What `f` throws comes through.
 */
export function firstNonFinite(named: ReadonlyMap<string, Tensor>, f: () => void): NonFinite | null {
  const { binding, backend, handles } = runtime();
  const names = new Map([...named].map(([name, tensor]) => [backend.getInputTensorIds([tensor])[0]!, name]));
  let found: NonFinite | null = null;
  let near: string | null = null;
  binding.watched((op, inputs, outputs) => {
    if (found) return;
    const read = inputs.map((id) => names.get(id)).find((name) => name !== undefined);
    near = read ?? near;
    for (const { id, dtype, shape } of outputs) {
      if (dtype !== dataTypes.TF_FLOAT) continue;
      const value = (handles.read(id) as Float32Array).find((x) => !Number.isFinite(x));
      if (value === undefined) continue;
      found = { op, shape, value, near, reads: read !== undefined };
      return;
    }
  }, f);
  return found;
}
