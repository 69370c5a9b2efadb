import {
  add,
  cast,
  customGrad,
  equal,
  floorDiv,
  gather,
  maximum,
  minimum,
  mul,
  reshape,
  scalar,
  sub,
  tensor,
  unsortedSegmentSum,
  zeros,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { windowDoesNotFit } from "./errors.js";

/**
 * A square window of every channel around a place of its own, as Graph Flow's patches ask (methods.md 3.2.2). `x` [B, h, w, C]; `centres` int32 [B, C],
 * places row · w + column, such as an arg-max over positions; `size` odd, r = (size − 1) / 2. Result [B, C, size²], rows first.
 *
 * Beyond the border there are zeros (`border: "zero"`), or the centre moves into [r, h − 1 − r] and [r, w − 1 − r] (`"clamp"`, for maps not smaller
 * than the window). Gradients of any order in `x`, none in the centres, which may be computed from `x`. Throws where the shapes do not fit.
 *
 * @example gatherWindows(x, argMax(reshape(x, [B, h * w, C]), 1), 3)
 */
export function gatherWindows(x: Tensor4D, centres: Tensor, size: number, border: "zero" | "clamp" = "zero"): Tensor3D {
  const [b, h, w, c] = x.shape;
  const fits = centres.shape.join() === `${b},${c}` && Number.isInteger(size) && size % 2 === 1 && size > 0;
  if (!fits || (border === "clamp" && size > Math.min(h, w))) throw windowDoesNotFit(x.shape, centres.shape, size, border);
  const shape = [b, c, size * size] as const;
  return customGrad((map, at, save) => {
    const [given, places] = [map as Tensor4D, at as Tensor];
    (save as (t: Tensor[]) => void)([places]);
    const { index, inside } = window(places, given.shape, size, border);
    const all = gather(reshape(given, [-1]), reshape(index, [-1]) as Tensor1D);
    return {
      value: mul(reshape(all, [...shape]), inside),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const again = window(saved[0]!, [b, h, w, c], size, border); // a compiled step merges it with the one above
        const back = unsortedSegmentSum(reshape(mul(dy, again.inside), [-1]), reshape(again.index, [-1]) as Tensor1D, b * h * w * c);
        return [reshape(back, [b, h, w, c]), zeros([b, c])];
      },
    };
  })(x, cast(centres, "int32")) as Tensor3D;
}

/** Where each value of the windows lies in the flat map, and whether it lies in the map at all: [B, C, size²]. */
function window(centres: Tensor, [b, h, w, c]: readonly [number, number, number, number], size: number, border: "zero" | "clamp") {
  const r = (size - 1) / 2;
  const whole = (n: number): Tensor => scalar(n, "int32");
  const within = (t: Tensor, low: number, high: number): Tensor => maximum(minimum(t, whole(high)), whole(low));
  const offsets = (f: (i: number) => number): Tensor =>
    tensor(
      Array.from({ length: size * size }, (_, i) => f(i) - r),
      [1, 1, size * size],
      "int32",
    );
  const places = reshape(centres, [b, c, 1]);
  const centre = floorDiv(places, whole(w));
  const [row, column] = [centre, sub(places, mul(centre, whole(w)))].map((t, i) =>
    border === "clamp" ? within(t, r, [h, w][i]! - 1 - r) : t,
  ) as [Tensor, Tensor];
  const rows = add(
    row,
    offsets((i) => Math.floor(i / size)),
  );
  const columns = add(
    column,
    offsets((i) => i % size),
  );
  const [near, nearColumn] = [within(rows, 0, h - 1), within(columns, 0, w - 1)];
  const image = tensor(
    Array.from({ length: b }, (_, i) => i * h),
    [b, 1, 1],
    "int32",
  );
  const channel = tensor(
    Array.from({ length: c }, (_, i) => i),
    [1, c, 1],
    "int32",
  );
  const index = add(mul(add(mul(add(image, near), whole(w)), nearColumn), whole(c)), channel);
  const inside = mul(cast(equal(rows, near), "float32"), cast(equal(columns, nearColumn), "float32"));
  return { index, inside };
}
