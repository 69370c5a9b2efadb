import { image, mirrorPad, type Tensor4D } from "@tensorflow/tfjs-core";
import { borderTooWide, notAMap, wrongTarget } from "./errors.js";
import { pair, type Pair } from "../operators/padding.js";

/**
 * Bilinear resizing with half-pixel centres and without antialiasing: `x` [B, h, w, C] to [B, H, W, C] (methods.md 1.5, our choice). Gradients of any order.
 * Throws where H or W is no whole number from 1 on.
 */
export const resizeBilinear = (x: Tensor4D, [height, width]: Pair): Tensor4D => {
  requireTarget("resizeBilinear", x, [height, width]);
  return image.resizeBilinear(x, [height, width], false, true);
};

/**
 * Resizing by the nearest value, with half-pixel centres: position i of H takes ⌊(i + ½)·h/H⌋ (methods.md 1.5). `x` [B, h, w, C] to [B, H, W, C].
 * Gradients of any order. Throws where H or W is no whole number from 1 on.
 */
export const resizeNearest = (x: Tensor4D, [height, width]: Pair): Tensor4D => {
  requireTarget("resizeNearest", x, [height, width]);
  return image.resizeNearestNeighbor(x, [height, width], false, true);
};

/**
 * Pads rows and columns by their mirror image, without repeating the edge: `x` [B, h, w, C] to [B, h + 2·rows, w + 2·columns, C]. Gradients of any order.
 * Throws where the border is not narrower than the map.
 */
export function reflectPad(x: Tensor4D, border: number | Pair): Tensor4D {
  const [rows, columns] = pair(border);
  if (x.rank !== 4) throw notAMap("reflectPad", x.shape);
  if (rows >= x.shape[1] || columns >= x.shape[2]) throw borderTooWide(x.shape, [rows, columns]);
  return mirrorPad(
    x,
    [
      [0, 0],
      [rows, rows],
      [columns, columns],
      [0, 0],
    ],
    "reflect",
  );
}

function requireTarget(who: string, x: Tensor4D, size: Pair): void {
  if (x.rank !== 4) throw notAMap(who, x.shape);
  if (!size.every((n) => Number.isInteger(n) && n >= 1)) throw wrongTarget(who, x.shape, size);
}
