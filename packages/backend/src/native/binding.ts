import { readInside } from "./errors.js";
import { userLine } from "../user-line.js";
import type { CApi } from "./c-api.js";
import { attributeKinds, dataTypes } from "./constants.js";
import type { Context } from "./context.js";
import type { Execute } from "./execute.js";
import type { Graph } from "./graph.js";
import type { Handles } from "./handles.js";
import type { NativeBinding, TensorMetadata } from "./kernel-backend.js";

/** The binding under tfjs-node's kernels: runs ops at once, or, while a graph is open, writes them into it. */
export interface Binding extends NativeBinding {
  /** Runs `f` with ops going into the graph and reads refused. */
  readonly into: <T>(graph: Graph, f: () => T) => T;
  /** Runs `f` with reads refused. */
  readonly blind: <T>(f: () => T) => T;
  readonly tracing: () => boolean;
  /** Runs `f`; `see` is told of every op that ran. */
  readonly watched: <T>(see: See, f: () => T) => T;
  /** From now on `see` is told of every op that ran; null ends it. */
  readonly watch: (see: See | null) => void;
}

/** An op that ran by itself: ids of inputs and outputs, and how long it took. */
export type See = (op: string, inputs: readonly number[], outputs: readonly TensorMetadata[], ms: number) => void;

export function newBinding(c: CApi, context: Context, handles: Handles, execute: Execute): Binding {
  let graph: Graph | null = null;
  let reads = true;
  let seen: See | null = null;
  return {
    ...dataTypes,
    ...attributeKinds,
    TF_Version: c.TF_Version(),
    isUsingGpuDevice: () => context.devices.some(({ type }) => type === "GPU"),
    createTensor: (shape, dtype, values) => {
      const id = handles.create(shape, dtype, values);
      graph?.created(id, shape, dtype, values);
      return id;
    },
    deleteTensor: (id) => {
      if (graph?.owns(id)) graph.release(id);
      else handles.remove(id);
    },
    tensorDataSync: (id) => {
      if (!reads) throw readInside(graph?.describe(id) ?? `a tensor [${handles.metadata(id).shape.join(", ")}]`, userLine());
      return handles.read(id) as Float32Array;
    },
    executeOp: (name, attributes, ids, outputs) => {
      if (graph) return graph.op(name, attributes, ids, outputs);
      if (!seen) return execute.op(name, attributes, ids, outputs);
      const start = performance.now();
      const made = execute.op(name, attributes, ids, outputs);
      seen(name, ids, made, performance.now() - start);
      return made;
    },
    watched: (see, f) => {
      seen = see;
      try {
        return f();
      } finally {
        seen = null;
      }
    },
    watch: (see) => {
      seen = see;
    },
    into: (next, f) => {
      const [oldGraph, oldReads] = [graph, reads];
      [graph, reads] = [next, false];
      try {
        return f();
      } finally {
        [graph, reads] = [oldGraph, oldReads];
      }
    },
    blind: (f) => {
      const old = reads;
      reads = false;
      try {
        return f();
      } finally {
        reads = old;
      }
    },
    tracing: () => graph !== null,
  };
}
