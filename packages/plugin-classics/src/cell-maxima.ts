import { mul, reshape, slice, stack, sum, transpose, type Tensor, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";
import { argMax, maxPool, oneHot } from "@segdistill/backend/ops";
import { tooFewPositions } from "./errors.js";

/**
 * The largest value of every channel in every cell. `map` `[B, h, w, C]`, result `[B, cells, C]`. "half": the four cells of ⌊h/2⌋ × ⌊w/2⌋ positions from the upper
 * left corner on, as a max pool of that kernel and stride gives them; what is left over belongs to none. A number: cells of so many positions each way. The
 * gradient goes to the first largest in row-major order.
 *
 * @throws classics/skd-map
 */
export function cellMaxima(map: Tensor4D, kernel: "half" | number): Tensor3D {
  const [b, h, w, c] = map.shape;
  if (kernel !== "half") return reshape(maxPool(map, { size: kernel }), [b, -1, c]);
  const [rows, columns] = [Math.floor(h / 2), Math.floor(w / 2)];
  if (rows < 1 || columns < 1) throw tooFewPositions(h, w);
  // tfjs's pool takes no more than one size for both axes through ops.maxPool, and its max shares a gradient among ties
  const cells = [0, rows].flatMap((y) => [0, columns].map((x) => slice(map, [0, y, x, 0], [b, rows, columns, c])));
  return stack(cells.map(largest), 1) as Tensor3D;
}

/** The first largest value of every channel: `[B, h, w, C]` to `[B, C]`. */
function largest(cell: Tensor4D): Tensor {
  const [b, h, w, c] = cell.shape;
  const flat = reshape(cell, [b, h * w, c]);
  const there = transpose(oneHot(argMax(flat, 1), h * w), [0, 2, 1]); // [B, h · w, C]
  return sum(mul(flat, there), 1);
}
