import { expect } from "vitest";

/** Holds a number to another one, relative to its size (1e-10 unless said). */
export function closeTo(found: number, expected: number, relative = 1e-10): void {
  expect(Math.abs(found - expected), `${found} against ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected));
}

/** The numbers of fixtures/frechet.py's `hashed`, times a scale, plus a shift. */
export const hashed = (n: number, d: number, a: number, b: number, c: number, scale = 1, shift = 0): Float64Array[] =>
  Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: d }, (__, j) => (scale * ((a * i * i + b * j * j + c * i * j + 7 * i + 5 * j) % 1009)) / 1009 + shift),
  );

/** Rows of correlated normal numbers that follow from a seed. */
export function normals(n: number, d: number, seed: number, scale = 1): Float64Array[] {
  let state = seed * 2654435761;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: n }, () => {
    const common = normal();
    return Float64Array.from({ length: d }, (_, i) => scale * (normal() * (1 + i / d) + 0.5 * common) + i);
  });
}
