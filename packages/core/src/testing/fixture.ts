import { AssertionError } from "node:assert";
import { readFileSync } from "node:fs";
import type { Values } from "../store.js";

/** A tensor, or what can be compared with one: values row by row, with or without a shape. */
export type Comparable =
  | number
  | readonly number[]
  | ArrayLike<number>
  | Values
  | { readonly shape: readonly number[]; readonly dataSync: () => ArrayLike<number> };

/**
 * Reads a fixture: JSON in which `{ "shape": [2, 3], "data": [...] }` is a tensor, wherever it stands. `tensor` makes something of each, tfjs's own
 * `tensor` for instance; without it they are `{ shape, data: Float32Array }`.
 *
 * Throws where the file is missing, where it is no JSON, and where a tensor has another number of values than its shape.
 *
 * @example const { logits } = readFixture(new URL("../fixtures/logits.json", import.meta.url), tensor) as { logits: Tensor4D };
 */
export function readFixture(file: URL | string, tensor?: (data: Float32Array, shape: number[]) => unknown): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new AssertionError({
      message: `[fixture] expected ${String(file)}; found no such file. Run the script that makes it, and commit both.`,
    });
  }
  return JSON.parse(text, (key, value: unknown) => {
    if (!isTensor(value)) return value;
    const [data, size] = [Float32Array.from(value.data), value.shape.reduce((a, b) => a * b, 1)];
    if (data.length !== size)
      throw new AssertionError({
        message: `[fixture] expected ${size} values of shape [${value.shape.join(", ")}] in "${key}" of ${String(file)}; found ${data.length}. Make the fixture again.`,
      });
    return tensor ? tensor(data, value.shape) : { shape: value.shape, data };
  });
}
const isTensor = (value: unknown): value is { readonly shape: number[]; readonly data: number[] } => {
  const { shape, data } = (value ?? {}) as { readonly shape?: unknown; readonly data?: unknown };
  const numbers = (list: unknown): boolean => Array.isArray(list) && list.every((one) => typeof one === "number");
  return numbers(shape) && numbers(data);
};

export interface Closeness {
  /** The largest allowed difference, relative to the largest expected value. 1e-4 */
  readonly tolerance?: number;
  /** What is compared, for the message. "value" */
  readonly what?: string;
}

/**
 * Every value within `tolerance · max|expected|` of the expected one, and of one shape where both sides have shapes. NaN agrees with nothing.
 *
 * Throws node:assert's AssertionError that names the first value that is off, by its index in the tensor, and how many are.
 *
 * @example expectClose(slope(student, teacher), fixture.gradient, { what: "gradient", tolerance: 1e-5 });
 */
export function expectClose(found: Comparable, expected: Comparable, { tolerance = 1e-4, what = "value" }: Closeness = {}): void {
  const [one, other] = [plain(found), plain(expected)];
  const shapes = [one, other].map(({ shape }) => shape ?? null);
  const wrong = (wanted: string, got: string, remedy: string): AssertionError =>
    new AssertionError({ message: `[${what}] expected ${wanted}; found ${got}. ${remedy}` });
  if (shapes[0] && shapes[1] && shapes[0].join() !== shapes[1].join())
    throw wrong(`shape [${shapes[1].join(", ")}]`, `[${shapes[0].join(", ")}]`, "Compare tensors of one layout.");
  if (one.data.length !== other.data.length)
    throw wrong(`${other.data.length} values`, String(one.data.length), "Compare tensors of one size.");
  const largest = Array.from(other.data).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const off = Array.from(other.data, (_, i) => i).filter((i) => !(Math.abs(one.data[i]! - other.data[i]!) <= tolerance * largest));
  const first = off[0];
  if (first === undefined) return;
  const at = indexOf(first, shapes[1] ?? shapes[0] ?? [other.data.length]);
  throw wrong(
    `${other.data[first]!} at [${at.join(", ")}], to ${tolerance} of the largest value ${largest}`,
    `${one.data[first]!}, and ${off.length} of ${other.data.length} values are off`,
    "Look at this index first.",
  );
}

interface Plain {
  readonly shape: readonly number[] | null;
  readonly data: ArrayLike<number>;
}
function plain(value: Comparable): Plain {
  if (typeof value === "number") return { shape: [], data: [value] };
  if ("dataSync" in value) return { shape: value.shape, data: value.dataSync() };
  if ("data" in value) return { shape: value.shape, data: value.data };
  return { shape: null, data: value };
}
/** Row-major place of a value: [b, y, x, c]. */
function indexOf(flat: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = flat;
  for (const size of [...shape].reverse()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return at;
}
