import { availableMemory, type Precision } from "@segdistill/backend";
import { outOfMemory, tooLittleMemory } from "./errors.js";
import type { Ready } from "./plan/prepare.js";

/** Keeps a stage from asking for more memory than there is. */
export interface MemoryGuard {
  /** Before the first step, with the estimate of what its values take in float32. Throws core/too-little-memory, with the `estimate` in bytes. */
  readonly planned: (bytes: number) => void;
  /** TensorFlow's own refusal, with the batch that would fit. */
  readonly explained: (failure: unknown) => unknown;
}

/**
 * What the process grew by over its values, and beside them (scratch memory and code that is loaded late, bytes). By `bench -- memory`, six networks at 256×256 with batches of 2 and 4
 * (AMD EPYC, TensorFlow 2.21), it grew by 0.62 to 1.07 of this estimate in float32 and by 0.76 to 1.00 of it in bfloat16; by 1.5 (320 MB more) for a U-Net of width 64 with a batch of 2,
 * whose gradients and moments, which stay float32, are large beside its maps.
 */
const measured: Readonly<Record<Precision, number>> = { float32: 1.3, bfloat16: 0.75 };
const aside = 150e6;

/**
 * A step whose estimate is above what is available is refused before it runs, instead of being killed by the system in the middle. What its values take
 * grows with the batch.
 */
export function memoryGuard({ stage }: Ready, precision: Precision, available = availableMemory()): MemoryGuard {
  const { name, data, accumulate: parts = 1, recompute = false } = stage;
  let estimate: number | null = null;
  const fits = (): number | null => {
    if (estimate === null || available === null) return null;
    const one = (estimate - aside) / Math.ceil(data.batchSize / parts);
    return Math.max(0, Math.floor((available - aside) / one)) * parts;
  };
  return {
    planned: (bytes) => {
      estimate = bytes * measured[precision] + aside;
      if (available !== null && estimate > available)
        throw Object.assign(tooLittleMemory({ stage: name, batch: data.batchSize, estimate, available, fits: fits(), recompute }), {
          estimate,
        });
    },
    explained: (failure) => {
      const { code, message } = failure as { readonly code?: string; readonly message?: string };
      if (code !== "backend/out-of-memory") return failure;
      // the estimate was too low then: half of what was asked for is the next thing to try
      const half = Math.floor(data.batchSize / 2);
      return outOfMemory(message!, {
        stage: name,
        batch: data.batchSize,
        estimate,
        available,
        fits: Math.min(half, fits() ?? half),
        recompute,
      });
    },
  };
}
