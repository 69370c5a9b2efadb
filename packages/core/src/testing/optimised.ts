import { readFileSync } from "node:fs";
import { scalar, tensor1d, zeros, type Tensor } from "@tensorflow/tfjs-core";
import { compile } from "@segdistill/backend";
import { expect } from "vitest";
import type { Optimiser } from "../contract/index.js";

interface Fixture {
  readonly start: number[];
  readonly gradients: number[][];
  readonly cases: readonly { readonly optimiser: string; readonly options: never; readonly after: readonly number[][] }[];
}
const { start, gradients, cases } = JSON.parse(
  readFileSync(new URL("../optimisers/fixtures/optimisers.json", import.meta.url), "utf8"),
) as Fixture;

/** PyTorch's cases of one optimiser. */
export const casesOf = (optimiser: string): Fixture["cases"] => cases.filter((one) => one.optimiser === optimiser);

/** The fixture's five steps, each to 1e-4 of how far it went; eager and compiled give the same bytes. */
export async function expectSteps(optimiser: Optimiser, after: readonly number[][]): Promise<void> {
  const program = (value: Tensor, gradient: Tensor, rate: Tensor, count: Tensor, ...slots: Tensor[]): Tensor[] => {
    const next = optimiser.update({ name: "w", value, gradient, slots, rate: rate as never, count: count as never });
    return [next.value, ...next.slots];
  };
  const compiled = compile(program as (...args: Tensor[]) => Tensor[], { name: "optimiser" });
  let now: Tensor[] = [tensor1d(start), ...Array.from({ length: optimiser.slots }, () => zeros([start.length]))];
  expect(after.length).toBe(5);
  for (const [i, expected] of after.entries()) {
    const [value, ...slots] = now;
    const args = [value!, tensor1d(gradients[i]!), scalar(optimiser.rate as number), scalar(i + 1), ...slots] as const;
    now = program(...args);
    const [eager, whole] = [now, await compiled.run(...args)].map((all) => all.map((t) => [...t.dataSync()]));
    expect(whole).toEqual(eager);
    expect(eager!.length).toBe(1 + optimiser.slots);
    const went = Math.max(...expected.map((x, j) => Math.abs(x - start[j]!)));
    const worst = Math.max(...expected.map((x, j) => Math.abs(x - eager![0]![j]!)));
    expect(worst).toBeLessThan(1e-4 * went);
  }
  compiled.dispose();
}
