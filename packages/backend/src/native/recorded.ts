import type { OpAttribute, TensorMetadata } from "./kernel-backend.js";

/** A constant as it went into a graph, or the number of a tensor that was there before. */
type Outside = { readonly id: number; readonly values?: ArrayLike<number>; readonly type?: string };
/** Where an input of an op comes from: the k-th output of an earlier op, an argument, a variable, or outside. */
type Source = string | Outside;

interface Step {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly Source[];
  readonly line: string | null;
}

/** What a function did while it was traced, in an order and in words that another trace of it can be held against. */
export interface Recorded {
  readonly op: (name: string, attributes: readonly OpAttribute[], ids: readonly number[], made: readonly TensorMetadata[]) => void;
  readonly created: (id: number, shape: readonly number[], dtype: number, values: ArrayLike<number>) => void;
  readonly results: (ids: readonly number[]) => void;
  readonly steps: () => readonly Step[];
}

/** Starts a record. `named` has the arguments and variables; `line` tells where the user's code is. */
export function newRecord(named: ReadonlyMap<number, string>, line: () => string | null): Recorded {
  const made = new Map<number, string>();
  const constants = new Map<number, Outside>();
  const steps: Step[] = [];
  const source = (id: number): Source => made.get(id) ?? named.get(id) ?? constants.get(id) ?? { id };
  const op: Recorded["op"] = (name, attributes, ids, outputs) => {
    for (const [k, { id }] of outputs.entries()) made.set(id, `output ${k} of op ${steps.length} (${name})`);
    steps.push({ op: name, attributes, inputs: ids.map(source), line: line() });
  };
  return {
    op,
    created: (id, shape, dtype, values) => constants.set(id, { id, values: Array.from(values), type: `${dtype}[${shape.join(",")}]` }),
    results: (ids) => void steps.push({ op: "the results", attributes: [], inputs: ids.map(source), line: null }),
    steps: () => steps,
  };
}

/** What two traces do not have in common. */
export interface Difference {
  readonly what: string;
  readonly line: string | null;
}

/** The first difference between two traces of one function; null where there is none. */
export function firstDifference(first: Recorded, now: Recorded): Difference | null {
  const [before, after] = [first.steps(), now.steps()];
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const [a, b] = [before[i], after[i]];
    const what = !a ? `${b!.op} is new` : !b ? `${a.op} is gone` : differing(a, b);
    if (what !== null) return { what, line: b?.line ?? a?.line ?? null };
  }
  return null;
}

function differing(a: Step, b: Step): string | null {
  if (a.op !== b.op) return `${a.op} was traced first, it is ${b.op} now`;
  if (a.inputs.length !== b.inputs.length) return `${a.op} had ${a.inputs.length} inputs, it has ${b.inputs.length} now`;
  for (const [k, was] of a.inputs.entries()) {
    const is = b.inputs[k]!;
    const found = typeof was === "string" || typeof is === "string" ? (was === is ? null : ["", said(was), said(is)]) : moved(was, is);
    if (found) return `input ${k} of ${a.op}${found[0]} was ${found[1]}, it is ${found[2]} now`;
  }
  for (const [k, { name, value }] of a.attributes.entries()) {
    const now = b.attributes[k]?.value;
    if (JSON.stringify(value) !== JSON.stringify(now))
      return `"${name}" of ${a.op} was ${JSON.stringify(value)}, it is ${JSON.stringify(now)} now`;
  }
  return null;
}

/** Two constants, or tensors from outside. */
function moved(was: Outside, is: Outside): readonly [string, string, string] | null {
  if (was.id === is.id) return null; // uploaded in the first trace, there since
  if (!was.values || !is.values || was.type !== is.type) return ["", said(was), said(is)];
  const values = is.values;
  const at = Array.from(was.values).findIndex((value, i) => !Object.is(value, values[i]));
  if (at < 0) return null;
  const number = (of: Outside): string => String(Number(Number(of.values![at]).toPrecision(7)));
  return [was.values.length > 1 ? `, element ${at},` : "", number(was), number(is)];
}

const said = (source: Source): string =>
  typeof source === "string"
    ? source
    : !source.values
      ? `tensor ${source.id} from outside`
      : source.values.length === 1
        ? String(Number(Number(source.values[0]).toPrecision(7)))
        : `a constant of ${source.values.length} numbers`;
