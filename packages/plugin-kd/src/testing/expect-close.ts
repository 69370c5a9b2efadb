import type { Tensor } from "@tensorflow/tfjs-core";
import { expect } from "vitest";

/** Every value to `tolerance` of the largest expected one. */
export function expectClose(found: Tensor, expected: readonly number[], tolerance = 1e-4): void {
  const values = found.dataSync();
  expect(values.length).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...expected.map((x, i) => Math.abs(x - values[i]!)));
  expect(worst).toBeLessThanOrEqual(tolerance * largest); // false for NaN too
}
