import { publishedDoesNotFit } from "../errors.js";
import type { NamesOf } from "./names.js";

/** A tensor's values, row-major. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a published file gives a network, and what is left over on either side: nothing is skipped silently. */
export interface Published {
  /** By our names, in our layouts. */
  readonly values: ReadonlyMap<string, Values>;
  /** Ours that the file does not have. */
  readonly unfilled: readonly string[];
  /** Theirs that nothing was made of: classifiers, class token, counters. */
  readonly unused: readonly string[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((all, one) => all * one, 1);

/**
 * Published weights under our names, turned into our layouts by shape: kernels `[out, in, kh, kw]` to `[kh, kw, in, out]`, matrices `[out, in]` to `[in, out]`,
 * positions `[1, (1 +) n², C]` to `[rows, columns, C]` (the class token's is dropped; another grid is resized bilinearly, half-pixel centres). A kernel that reads other
 * channels than ours (a grey picture's 1 in place of 3): every one of ours takes the sum over theirs, divided by the number of ours [ours].
 *
 * `shapes`: the network's variables and state by name. Throws `models-published-does-not-fit`.
 */
export function readPublished(
  stored: ReadonlyMap<string, Values>,
  names: NamesOf,
  shapes: ReadonlyMap<string, readonly number[]>,
): Published {
  const values = new Map<string, Values>();
  const unfilled: string[] = [];
  const used = new Set<string>();
  for (const [ours, shape] of shapes) {
    const said = names(ours) ?? [];
    const theirs = typeof said === "string" ? [said] : said;
    const parts = theirs.flatMap((one) => stored.get(one) ?? []);
    if (theirs.length === 0 || parts.length < theirs.length) {
      unfilled.push(ours);
      continue;
    }
    const joined = parts.length === 1 ? parts[0]! : join(parts);
    const turned = turn(joined, shape);
    if (turned?.length !== sizeOf(shape)) throw publishedDoesNotFit(theirs.join(", "), joined.shape, ours, shape);
    values.set(ours, { shape, data: turned });
    for (const one of theirs) used.add(one);
  }
  return { values, unfilled, unused: [...stored.keys()].filter((name) => !used.has(name)) };
}

/** One after the other along the first axis. */
function join(parts: readonly Values[]): Values {
  const data = new Float32Array(parts.reduce((all, one) => all + one.data.length, 0));
  let at = 0;
  for (const one of parts) {
    data.set(one.data, at);
    at += one.data.length;
  }
  return { shape: [parts.reduce((all, one) => all + one.shape[0]!, 0), ...parts[0]!.shape.slice(1)], data };
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

/** Their values in our layout; undefined where the shapes have nothing to do with each other. */
function turn({ shape, data }: Values, ours: readonly number[]): Float32Array | undefined {
  if (ours.length === 1) return same(shape, ours) ? data : undefined;
  if (ours.length === 3) return grid(shape, data, ours as [number, number, number]);
  if (ours.length === 2) {
    const [columns, rows] = shape as [number, number];
    return same([rows, columns], ours) && shape.length === 2
      ? data.map((_, n) => data[(n % columns) * rows + Math.floor(n / columns)]!)
      : undefined;
  }
  const [height, width, into, out] = ours as [number, number, number, number];
  const from = shape[1] ?? 0;
  if (!same(shape, [out, from, height, width])) return undefined;
  const area = height * width;
  const at = (o: number, i: number, place: number): number => data[(o * from + i) * area + place]!;
  const all = (o: number, place: number): number =>
    Array.from({ length: from }, (_, i) => at(o, i, place)).reduce((sum, one) => sum + one, 0);
  return new Float32Array(sizeOf(ours)).map((_, n) => {
    const [o, i, place] = [n % out, Math.floor(n / out) % into, Math.floor(n / (out * into))];
    return into === from ? at(o, i, place) : all(o, place) / into;
  });
}

/** Positions `[1, (1 +) n², C]` on a grid. */
function grid(
  shape: readonly number[],
  data: Float32Array,
  [rows, columns, channels]: readonly [number, number, number],
): Float32Array | undefined {
  const [one, tokens = 0, width] = shape;
  const side = Math.floor(Math.sqrt(tokens));
  const skipped = tokens - side * side; // 1 + n² is no square itself, for n above 0
  if (one !== 1 || width !== channels || skipped > 1 || shape.length !== 3) return undefined;
  /** The two neighbours of a place of a resized axis, and the second one's weight. */
  const between = (i: number, size: number): readonly [number, number, number] => {
    const place = Math.min(Math.max(((i + 0.5) * side) / size - 0.5, 0), side - 1);
    const low = Math.floor(place);
    return [low, Math.min(low + 1, side - 1), place - low];
  };
  const at = (r: number, c: number, channel: number): number => data[(skipped + r * side + c) * channels + channel]!;
  return new Float32Array(rows * columns * channels).map((_, n) => {
    const channel = n % channels;
    const [top, bottom, down] = between(Math.floor(n / (channels * columns)), rows);
    const [left, right, across] = between(Math.floor(n / channels) % columns, columns);
    const row = (r: number): number => at(r, left, channel) * (1 - across) + at(r, right, channel) * across;
    return row(top) * (1 - down) + row(bottom) * down;
  });
}
