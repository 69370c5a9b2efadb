/** Zeros around a map: TensorFlow's two words, or numbers before and after (top and bottom, left and right), one for both axes or one each. */
export type Padding = "same" | "valid" | number | readonly [rows: number, columns: number];

export type Pair = readonly [rows: number, columns: number];
export type Frame = readonly [rows: readonly [before: number, after: number], columns: readonly [before: number, after: number]];

/** The number twice, or the two. */
export const pair = (one: number | Pair): [rows: number, columns: number] => (typeof one === "number" ? [one, one] : [one[0], one[1]]);

/** How far a kernel reaches: rate·(k − 1) + 1. */
export const spanOf = ([kh, kw]: Pair, [rows, columns]: Pair): Pair => [rows * (kh - 1) + 1, columns * (kw - 1) + 1];

const each = (f: (axis: 0 | 1) => readonly [number, number]): Frame => [f(0), f(1)];

/** The zeros before and after on both axes, for a map of `size` and a window that reaches over `span`. */
export function frameOf(size: Pair, span: Pair, stride: number, padding: Padding): Frame {
  if (padding === "valid") return each(() => [0, 0]);
  if (padding !== "same") return each((axis) => [pair(padding)[axis], pair(padding)[axis]]);
  return each((axis) => {
    const all = Math.max((Math.ceil(size[axis] / stride) - 1) * stride + span[axis] - size[axis], 0);
    return [Math.floor(all / 2), Math.ceil(all / 2)];
  });
}

/** Positions of the result along one axis. */
export const positions = (size: number, span: number, stride: number, [before, after]: readonly [number, number]): number =>
  Math.floor((before + size + after - span) / stride) + 1;

/** The word that gives the same result as `padding`, if there is one: TensorFlow is faster with a word than with zeros of ours. */
export function wordFor(size: Pair, span: Pair, stride: number, padding: Padding): "same" | "valid" | undefined {
  if (typeof padding === "string") return padding;
  const [wanted, same] = [frameOf(size, span, stride, padding), frameOf(size, span, stride, "same")];
  const alike = ([0, 1] as const).every(
    (axis) =>
      same[axis][0] === wanted[axis][0] &&
      positions(size[axis], span[axis], stride, same[axis]) === positions(size[axis], span[axis], stride, wanted[axis]),
  );
  if (alike) return "same";
  return wanted.flat().every((zeros) => zeros === 0) ? "valid" : undefined;
}
