import type { Tensor } from "@tensorflow/tfjs-core";
import { expect } from "vitest";

/** Some entries of a tensor, as the fixtures' scripts write them. */
export interface Sample {
  readonly rms: number;
  readonly every: number;
  readonly values: readonly number[];
}

/** Every entry of the sample, and the root mean square of all entries, to 1e-4 of the latter's size or, of entries, of the largest of them. */
export function expectSample(found: Tensor, { rms, every, values }: Sample, what: string): void {
  const data = found.dataSync<"float32">();
  const own = Math.sqrt(data.reduce((all, x) => all + x * x, 0) / data.length);
  expect(values.length, what).toBe(Math.ceil(data.length / every));
  expect(Math.abs(own / rms - 1), `${what}: root mean square`).toBeLessThan(1e-4);
  const largest = Math.max(rms, ...values.map(Math.abs));
  const worst = Math.max(...values.map((x, i) => Math.abs(x - data[i * every]!)));
  expect(worst / largest, what).toBeLessThan(1e-4);
}
