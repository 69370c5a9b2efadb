import { setAttributes, eagerSetters } from "./attributes.js";
import type { CApi, Pointer } from "./c-api.js";
import type { Handles } from "./handles.js";
import type { OpAttribute, TensorMetadata } from "./kernel-backend.js";
import type { Checked } from "./status.js";

/** Runs one op, or one compiled function by its name. */
export interface Execute {
  readonly now: (
    name: string,
    attributes: readonly OpAttribute[],
    ids: readonly number[],
    outputs: number,
    label?: string,
  ) => TensorMetadata[];
  /** On a thread of libuv's pool; the inputs may be given back while it runs, for the op holds them. */
  readonly later: (
    name: string,
    attributes: readonly OpAttribute[],
    ids: readonly number[],
    outputs: number,
    label?: string,
  ) => Promise<TensorMetadata[]>;
}

export function newExecute(c: CApi, shared: Checked, context: Pointer, handles: Handles): Execute {
  const set = eagerSetters(c, shared.status);
  const prepare = (name: string, attributes: readonly OpAttribute[], ids: readonly number[], label: string): Pointer => {
    const op = c.TFE_NewOp(context, name, shared.status);
    shared.check(label);
    try {
      for (const id of ids) {
        c.TFE_OpAddInput(op, handles.get(id), shared.status);
        shared.check(label);
      }
      setAttributes(set, op, attributes);
      shared.check(label);
      return op;
    } catch (failure) {
      c.TFE_DeleteOp(op);
      throw failure;
    }
  };
  return {
    now: (name, attributes, ids, outputs, label = name) => {
      const op = prepare(name, attributes, ids, label);
      try {
        const out = new Array<Pointer | null>(outputs).fill(null);
        c.TFE_Execute(op, out, [outputs], shared.status);
        shared.check(label);
        return out.map((pointer) => handles.add(pointer!));
      } finally {
        c.TFE_DeleteOp(op);
      }
    },
    later: (name, attributes, ids, outputs, label = name) => {
      const op = prepare(name, attributes, ids, label);
      const status = c.TF_NewStatus(); // one for each call in flight
      const out = new Array<Pointer | null>(outputs).fill(null);
      return new Promise((resolve, reject) => {
        c.TFE_Execute.async(op, out, [outputs], status, (failure) => {
          try {
            if (failure) throw failure;
            shared.check(label, status);
            resolve(out.map((pointer) => handles.add(pointer!)));
          } catch (found) {
            reject(found as Error);
          } finally {
            c.TFE_DeleteOp(op);
            c.TF_DeleteStatus(status);
          }
        });
      });
    },
  };
}
