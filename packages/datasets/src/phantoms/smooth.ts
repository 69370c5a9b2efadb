import type { Random } from "@segdistill/core/random";

/** A field of `side × side` numbers around 0 that changes over about `grain` pixels: values on a coarse grid, joined by smooth steps. Within ±1. */
export function cloud(side: number, grain: number, random: Random): Float32Array {
  const cells = Math.ceil(side / grain) + 2;
  const grid = Float32Array.from({ length: cells * cells }, () => 2 * random.next() - 1);
  const field = new Float32Array(side * side);
  const ease = (t: number): number => t * t * (3 - 2 * t);
  for (let row = 0; row < side; row++) {
    const gridRow = Math.floor(row / grain);
    const down = ease(row / grain - gridRow);
    for (let column = 0; column < side; column++) {
      const gridColumn = Math.floor(column / grain);
      const right = ease(column / grain - gridColumn);
      const at = gridRow * cells + gridColumn;
      const above = grid[at]! + (grid[at + 1]! - grid[at]!) * right;
      const below = grid[at + cells]! + (grid[at + cells + 1]! - grid[at + cells]!) * right;
      field[row * side + column] = above + (below - above) * down;
    }
  }
  return field;
}

/** Blurs a field of `side × side` numbers in place by a Gaussian of deviation `sigma` pixels; the edge pixel goes on outside. */
export function blur(field: Float32Array, side: number, sigma: number): void {
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const sum = kernel.reduce((a, b) => a + b, 0);
  const line = new Float32Array(side + 2 * reach);
  const along = (start: number, stride: number): void => {
    for (let i = -reach; i < side + reach; i++) line[i + reach] = field[start + Math.min(side - 1, Math.max(0, i)) * stride]!;
    for (let i = 0; i < side; i++) {
      let value = 0;
      for (let k = 0; k < kernel.length; k++) value += kernel[k]! * line[i + k]!;
      field[start + i * stride] = value / sum;
    }
  };
  for (let row = 0; row < side; row++) along(row * side, 1);
  for (let column = 0; column < side; column++) along(column, side);
}
