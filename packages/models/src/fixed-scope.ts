// For tests only: the numbers of fixtures/networks.py, made again, and a scope that starts every variable from them.
import { crc32 } from "node:zlib";
import { tensor, tidy, variable, type Tensor, type Tensor4D, type Variable } from "@tensorflow/tfjs-core";
import type { Initial, Module, NetworkSpec, Pass, Scope, State } from "@segdistill/core/contract";

const size = (shape: readonly number[]): number => shape.reduce((all, one) => all * one, 1);

/** In [-1, 1), from the CRC-32 of the name and the index; the same integers as in Python. */
function numbers(name: string, shape: readonly number[]): Float64Array {
  const start = crc32(name);
  const out = new Float64Array(size(shape));
  // a loop: a function for each of some millions of entries took most of these tests
  for (let i = 0; i < out.length; i++) {
    let x = (Math.imul(i, 0x9e3779b1) + start) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97) >>> 0;
    out[i] = ((x ^ (x >>> 15)) >>> 0) / 2 ** 31 - 1;
  }
  return out;
}

export const fixedNumbers = numbers;

/** A map of such numbers, `[B, h, w, C]`. */
export const fixedMap = (name: string, shape: readonly [number, number, number, number]): Tensor4D =>
  tensor(Float32Array.from(numbers(name, shape)), [...shape]);

/** Norms whose values lie between an activation's kinks, by parts of their names, and their offsets: BETWEEN and OFFSETS of networks.py. */
export interface Between {
  readonly names: string;
  readonly offsets: readonly [number, number, number];
}

function first(name: string, shape: readonly number[], { names, offsets }: Between): Float32Array {
  const kind = name.slice(name.lastIndexOf("/") + 1);
  const between = new RegExp(names).test(name);
  const fan = shape.length === 2 ? shape[0]! : shape[0]! * shape[1]! * (shape[3] === 1 ? 1 : shape[2]!);
  const kernel = kind === "kernel" ? Math.sqrt(6 / fan) : 0;
  const value = (u: number, i: number): number => {
    if (kind === "kernel") return u * kernel;
    if (kind === "scale") return (between ? 0.5 : 1) * (1 + 0.25 * u);
    if (kind === "variance") return 1 + 0.5 * u;
    const centre = kind === "offset" && between ? offsets[i % 8 === 3 ? 0 : i % 8 === 6 ? 1 : 2] : 0;
    return centre + 0.25 * u;
  };
  const drawn = numbers(name, shape);
  const out = new Float32Array(drawn.length);
  for (let i = 0; i < out.length; i++) out[i] = value(drawn[i]!, i);
  return out;
}

/** What a module asked for. */
export interface Asked {
  readonly kind: "variable" | "state";
  readonly shape: readonly number[];
  readonly initial: Initial;
}

/** A scope on the engine whose variables start from {@link numbers}, whatever first values were asked for. */
export function fixedScope(between: Between = { names: "stem|expand|depthwise|widen", offsets: [-4, 10, 3] }): Scope {
  return {
    module: (name, build) => {
      const variables: Record<string, Variable> = {};
      const state: Record<string, Variable> = {};
      const create = (into: Record<string, Variable>, key: string, shape: readonly number[]): Variable => {
        if (key in variables || key in state) throw new Error(`variable "${key}" exists`);
        return (into[key] = tidy(() => variable(tensor(first(key, shape, between), [...shape]), into === variables)));
      };
      const body = build({
        variable: (key, shape) => create(variables, key, shape),
        state: (key, shape): State => {
          const value = create(state, key, shape);
          const moved = new WeakSet<Pass>();
          const move = (next: Tensor, pass: Pass): void => {
            if (pass.statistics === "still") return;
            if (moved.has(pass)) throw new Error(`state "${key}" moved twice in one pass`);
            moved.add(pass);
            value.assign(next);
          };
          return { value, move };
        },
      });
      return Object.assign(body, { name, variables, state } satisfies Module);
    },
  };
}

/** A scope without an engine: it only notes what is asked for. What it builds cannot run. */
export function notingScope(asked: Map<string, Asked>): Scope {
  const note = (kind: Asked["kind"], key: string, shape: readonly number[], initial: Initial): unknown => {
    if (asked.has(key)) throw new Error(`${kind} "${key}" exists`);
    asked.set(key, { kind, shape, initial });
    return { shape, size: size(shape) };
  };
  return {
    module: (name, build) => {
      const body = build({
        variable: (key, shape, initial) => note("variable", key, shape, initial) as Variable,
        state: (key, shape, initial) => ({ value: note("state", key, shape, initial) as Tensor, move: () => undefined }),
      });
      return Object.assign(body, { name, variables: {}, state: {} } satisfies Module);
    },
  };
}

/** What a network asks for when it is built; no engine is needed. */
export function askedBy(spec: NetworkSpec<string>): ReadonlyMap<string, Asked> {
  const asked = new Map<string, Asked>();
  spec.build(notingScope(asked));
  return asked;
}

/** The shapes of one kind of what was asked for, by name. */
export const shapesOf = (asked: ReadonlyMap<string, Asked>, kind: Asked["kind"]): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries([...asked].filter(([, one]) => one.kind === kind).map(([name, { shape }]) => [name, shape]));

/** A new pass over `batch` images; its noise is {@link numbers} of the site, brought to [0, 1), the same in Python. */
export function newPass(mode: Pass["mode"], statistics: Pass["statistics"] = mode === "train" ? "move" : "still", batch = 2): Pass {
  const uniform = (site: string, shape: readonly number[]): Tensor =>
    tensor(
      Float32Array.from(numbers(site, [batch, ...shape]), (u) => (u + 1) / 2),
      [batch, ...shape],
    );
  const normal = (): never => {
    throw new Error("no normal numbers here");
  };
  return { mode, statistics, noise: { uniform, normal } };
}
