import { graphSetters, int64s, setAttributes } from "./attributes.js";
import type { CApi, GraphOutput, Pointer } from "./c-api.js";
import { bytesOf, newTensor, type Described, type Handles } from "./handles.js";
import type { OpAttribute, TensorMetadata } from "./kernel-backend.js";
import { peakBytes, type Traced } from "./liveness.js";
import type { OpDefinitions } from "./op-definitions.js";
import type { Recorded } from "./recorded.js";
import type { Checked } from "./status.js";

/** A constant of at most so many elements is written into the graph; a larger one becomes an input that stays with the plan. */
const largestConstant = 4096;

/** A graph under construction: while one is open, ops become nodes and tensors become outputs of nodes. */
export interface Graph {
  readonly op: (name: string, attributes: readonly OpAttribute[], ids: readonly number[], outputs: number) => TensorMetadata[];
  /** A real tensor that is made while tracing: usable in the graph, and outside of it too, for it may outlive the trace. */
  readonly created: (id: number, shape: readonly number[], dtype: number, values: ArrayLike<number>) => void;
  /** The output that stands for a tensor; a tensor from outside becomes an input. */
  readonly output: (id: number) => GraphOutput;
  /** Whether the tensor exists in the graph only, or the graph needs it: then it is given back by `release` and `close`, not at once. */
  readonly owns: (id: number) => boolean;
  readonly release: (id: number) => void;
  /** What a tensor is, for a message. */
  readonly describe: (id: number) => string;
  /** Tensors from outside, in the order of the function's inputs. */
  readonly inputs: () => readonly number[];
  /** Makes the function and adds it to the context. Gives what each node was, for messages. */
  readonly finish: (name: string, outputs: readonly number[]) => ReadonlyMap<string, string>;
  /** What is known of a tensor before the graph runs: nothing where a dimension is open, or where it was not made by an op of the graph. */
  readonly known: (id: number) => Described | null;
  /** Bytes that the graph's values take at most at one moment: an estimate. */
  readonly peakBytes: (outputs: readonly number[]) => number;
  readonly close: () => void;
}

export interface GraphOptions {
  /** Tensors that have a name: arguments and variables. */
  readonly named: ReadonlyMap<number, string>;
  /** Is told of everything that goes into the graph. */
  readonly record?: Recorded | undefined;
}

export function newGraph(
  c: CApi,
  { status, check }: Checked,
  context: Pointer,
  handles: Handles,
  definitions: OpDefinitions,
  { named, record }: GraphOptions,
): Graph {
  const graph = c.TF_NewGraph();
  const symbols = new Map<number, GraphOutput>();
  const captured = new Map<number, GraphOutput>();
  const known = new Map<number, Described>();
  const released = new Set<number>();
  const nodes = new Map<string, string>();
  const set = graphSetters(c);
  const traced: Traced[] = [];

  const begin = (op: string): Pointer => {
    const name = `n${nodes.size}`;
    nodes.set(name, op);
    return c.TF_NewOperation(graph, op, name);
  };
  const end = (description: Pointer, op: string): Pointer => {
    const made = c.TF_FinishOperation(description, status);
    check(op);
    return made;
  };
  const metadata = (output: GraphOutput): TensorMetadata => {
    const rank = c.TF_GraphGetTensorNumDims(graph, output, status);
    check("the shape of a traced tensor");
    const dims = new BigInt64Array(Math.max(rank, 1));
    if (rank > 0) c.TF_GraphGetTensorShape(graph, output, dims, rank, status);
    const id = handles.nextId();
    symbols.set(id, output);
    const shape = Array.from(dims.subarray(0, Math.max(rank, 0)), Number);
    const described = { dtype: c.TF_OperationOutputType(output), shape };
    known.set(id, rank < 0 ? { ...described, shape: [-1] } : described);
    return { id, ...described };
  };
  const output = (id: number): GraphOutput => {
    const there = symbols.get(id) ?? captured.get(id);
    if (there) return there;
    const { dtype, shape } = handles.metadata(id);
    const description = begin("Placeholder");
    c.TF_SetAttrType(description, "dtype", dtype);
    c.TF_SetAttrShape(description, "shape", int64s(shape), shape.length);
    const made = { oper: end(description, "an input"), index: 0 };
    captured.set(id, made);
    return made;
  };

  return {
    op: (name, attributes, ids, outputs) => {
      const description = begin(name);
      const inputs = ids.map(output);
      const lists = definitions.get(name) ?? inputs.map(() => null);
      let at = 0;
      for (const list of lists) {
        if (list === null) {
          c.TF_AddInput(description, inputs[at++]!);
          continue;
        }
        const given = attributes.find((a) => a.name === list)?.value;
        const count = given === undefined ? inputs.length - (lists.length - 1) : Array.isArray(given) ? given.length : Number(given);
        c.TF_AddInputList(description, inputs.slice(at, at + count), count);
        at += count;
      }
      setAttributes(set, description, attributes);
      const made = end(description, name);
      const found = Array.from({ length: outputs }, (_, index) => metadata({ oper: made, index }));
      record?.op(name, attributes, ids, found);
      traced.push({ op: name, inputs: [...ids], outputs: found.map(({ id, dtype, shape }) => ({ id, bytes: bytesOf(dtype, shape) })) });
      return found;
    },
    created: (id, shape, dtype, values) => {
      record?.created(id, shape, dtype, values);
      if (values.length > largestConstant) return;
      const description = begin("Const");
      const tensor = newTensor(c, shape, dtype, values);
      c.TF_SetAttrTensor(description, "value", tensor, status);
      check("a constant");
      c.TF_SetAttrType(description, "dtype", dtype);
      symbols.set(id, { oper: end(description, "a constant"), index: 0 });
      c.TF_DeleteTensor(tensor);
    },
    output,
    owns: (id) => captured.has(id) || (symbols.has(id) && !handles.has(id)),
    release: (id) => {
      if (captured.has(id)) released.add(id);
      else symbols.delete(id);
    },
    describe: (id) => {
      const size = (shape: readonly number[]): string => `[${shape.join(", ")}]`;
      const maker = traced.find(({ outputs }) => outputs.some((made) => made.id === id));
      if (maker) return `a result of ${maker.op} ${size(known.get(id)!.shape)}`;
      return `${named.get(id) ?? "a tensor from outside"}${handles.has(id) ? ` ${size(handles.metadata(id).shape)}` : ""}`;
    },
    inputs: () => [...captured.keys()],
    finish: (name, ids) => {
      // every output must be an output of its own: through Identity
      const outputs = ids.map((id) => {
        const description = begin("Identity");
        c.TF_AddInput(description, output(id));
        return { oper: end(description, "a result"), index: 0 };
      });
      const inputs = [...captured.values()];
      const f = c.TF_GraphToFunction(graph, name, 0, -1, null, inputs.length, inputs, outputs.length, outputs, null, null, "", status);
      check(`compiled function "${name}"`);
      c.TFE_ContextAddFunction(context, f, status);
      c.TF_DeleteFunction(f);
      check(`compiled function "${name}"`);
      return nodes;
    },
    known: (id) => {
      const found = known.get(id);
      return found && found.shape.every((n) => n >= 0) ? found : null;
    },
    peakBytes: (outputs) => peakBytes(traced, outputs),
    close: () => {
      c.TF_DeleteGraph(graph);
      for (const id of released) handles.remove(id);
    },
  };
}
