import { readFileSync } from "node:fs";
import { dispose, grads, tensor, type Tensor } from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { compile } from "../compile.js";
import { numbers } from "./numbers.js";

/** A tensor of a fixture. */
export interface Expected {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
/** What every case holds: y, and the gradients of Σ y·numbers(shape of y, 3) in the inputs. */
export interface Case {
  readonly y: Expected;
  readonly gradients: readonly Expected[];
}
export type Shape4 = readonly [number, number, number, number];

const read = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${file}.json`, import.meta.url), "utf8")) as Record<string, unknown>;

/** The cases of one operator in fixtures/`file`.json, as PyTorch computed them in float64. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what its operator's cases hold
export function casesOf<More>(operator: string, file = "operators"): readonly (Case & More)[] {
  const cases = read(file)[operator] as readonly (Case & More)[] | undefined;
  if (!cases || cases.length === 0) throw new Error(`fixtures/${file}.json has no "${operator}"`);
  return cases;
}

export const tensorOf = ({ values, shape }: Expected): Tensor => tensor([...values], [...shape]);

/** Shape, and every value to `tolerance` of the largest. */
export function expectClose(found: Tensor, wanted: Expected, tolerance = 1e-5, what = ""): void {
  expect(found.shape, what).toEqual(wanted.shape);
  const values = found.dataSync();
  const largest = wanted.values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-3);
  const error = wanted.values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - values[i]!)), 0);
  expect(Number.isNaN(error) ? Infinity : error / largest, what).toBeLessThan(tolerance);
}

/** The same bytes. */
export const expectSame = (found: Tensor, wanted: Tensor, what = ""): void =>
  expect(new Uint8Array(found.dataSync().slice().buffer), what).toEqual(new Uint8Array(wanted.dataSync().slice().buffer));

export interface Closeness {
  /** Largest difference, as a part of the largest value. */
  readonly tolerance?: number;
  /** Whether the compiled function gives the very bytes of the eager one; where oneDNN takes another kernel in a graph it does not. */
  readonly bytes?: boolean;
}

/** Value and gradients of `f` against the fixture, eager and compiled; and the two against each other, byte for byte. */
export function expectCase(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  wanted: Case,
  { tolerance = 1e-5, bytes = true }: Closeness = {},
): void {
  const dy = numbers(wanted.y.shape, 3);
  const both = (...all: Tensor[]): Tensor[] => [f(...all.slice(1)), ...grads(f)(all.slice(1), all[0])];
  const eager = both(dy, ...inputs);
  const step = compile(both);
  const compiled = step.runSync(dy, ...inputs);
  for (const [how, found] of Object.entries({ eager, compiled })) {
    expect(found.length).toBe(1 + wanted.gradients.length);
    [wanted.y, ...wanted.gradients].forEach((one, i) =>
      expectClose(found[i]!, one, tolerance, `${how} ${i === 0 ? "y" : `gradient ${i - 1}`}`),
    );
  }
  if (bytes) compiled.forEach((one, i) => expectSame(one, eager[i]!, `compiled, output ${i}`));
  step.dispose();
  dispose([eager, compiled, dy]);
}
