import { setAttributes, eagerSetters } from "./attributes.js";
import type { CApi, Pointer } from "./c-api.js";
import type { Described, Handles } from "./handles.js";
import type { OpAttribute, TensorMetadata } from "./kernel-backend.js";
import type { Checked } from "./status.js";

/** A compiled function that is called. */
export interface FunctionCall {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly ids: readonly number[];
  /** What its outputs are, as far as that is known. */
  readonly outputs: readonly (Described | null)[];
  /** For messages. */
  readonly label: string;
}

/** Runs ops and compiled functions. */
export interface Execute {
  readonly op: (name: string, attributes: readonly OpAttribute[], ids: readonly number[], outputs: number) => TensorMetadata[];
  readonly now: (call: FunctionCall) => TensorMetadata[];
  /** On a thread of libuv's pool; the inputs may be given back while it runs, for the op holds them. */
  readonly later: (call: FunctionCall) => Promise<TensorMetadata[]>;
}

export function newExecute(c: CApi, shared: Checked, context: Pointer, handles: Handles): Execute {
  const set = eagerSetters(c, shared.status);
  const { status, check } = shared;
  const begin = (name: string, attributes: readonly OpAttribute[], label: string, addInputs: (op: Pointer) => void): Pointer => {
    const op = c.TFE_NewOp(context, name, status);
    check(label);
    try {
      addInputs(op);
      setAttributes(set, op, attributes);
      check(label);
      return op;
    } catch (failure) {
      c.TFE_DeleteOp(op);
      throw failure;
    }
  };
  const beginCall = ({ name, attributes, ids, label }: FunctionCall): Pointer =>
    begin(name, attributes, label, (op) => {
      c.TFE_OpAddInputList(op, ids.map(handles.get), ids.length, status); // a step has hundreds
      check(label);
    });
  const room = (outputs: number): (Pointer | null)[] => new Array<Pointer | null>(outputs).fill(null);
  const taken = (out: readonly (Pointer | null)[], known?: FunctionCall["outputs"]): TensorMetadata[] =>
    out.map((pointer, i) => handles.add(pointer!, known?.[i]));
  const runNow = (op: Pointer, outputs: number, label: string, known?: FunctionCall["outputs"]): TensorMetadata[] => {
    try {
      const out = room(outputs);
      c.TFE_Execute(op, out, [outputs], status);
      check(label);
      return taken(out, known);
    } finally {
      c.TFE_DeleteOp(op);
    }
  };
  return {
    op: (name, attributes, ids, outputs) => {
      // by the list TensorFlow would take them for one argument
      const one = begin(name, attributes, name, (op) => {
        for (const id of ids) {
          c.TFE_OpAddInput(op, handles.get(id), status);
          check(name);
        }
      });
      return runNow(one, outputs, name);
    },
    now: (call) => runNow(beginCall(call), call.outputs.length, call.label, call.outputs),
    later: (call) => {
      const op = beginCall(call);
      const own = c.TF_NewStatus(); // one for each call in flight
      const out = room(call.outputs.length);
      return new Promise((resolve, reject) => {
        c.TFE_Execute.async(op, out, [out.length], own, (failure) => {
          try {
            if (failure) throw failure;
            check(call.label, own);
            resolve(taken(out, call.outputs));
          } catch (found) {
            reject(found as Error);
          } finally {
            c.TFE_DeleteOp(op);
            c.TF_DeleteStatus(own);
          }
        });
      });
    },
  };
}
