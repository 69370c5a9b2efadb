import { unknownTensor } from "./errors.js";
import type { CApi, Pointer } from "./c-api.js";
import { arrayOf, type Values } from "./constants.js";
import { int64s } from "./attributes.js";
import type { TensorMetadata } from "./kernel-backend.js";
import type { Checked } from "./status.js";

/** What the library holds for us. */
export interface MemoryUse {
  readonly tensors: number;
  readonly bytes: number;
}

/** A tensor's type and shape. */
export type Described = Pick<TensorMetadata, "dtype" | "shape">;

/** The tensors that live in the library, by number. */
export interface Handles {
  readonly create: (shape: readonly number[], dtype: number, values: ArrayLike<number>) => number;
  /** `known` saves asking the library, which takes longer than all else of it. */
  readonly add: (handle: Pointer, known?: Described | null) => TensorMetadata;
  /** A second number for the same tensor; each is given back by itself. */
  readonly share: (id: number) => number;
  readonly get: (id: number) => Pointer;
  readonly has: (id: number) => boolean;
  readonly metadata: (id: number) => TensorMetadata;
  readonly read: (id: number) => Values;
  /** Nothing happens for a number that is not held. */
  readonly remove: (id: number) => void;
  readonly nextId: () => number;
  readonly memory: () => MemoryUse;
}

interface Held {
  readonly pointer: Pointer;
  readonly dtype: number;
  readonly shape: number[];
  readonly bytes: number;
}

/** A TF_Tensor with the values of a JavaScript array, copied. The caller deletes it. */
export function newTensor(c: CApi, shape: readonly number[], dtype: number, values: ArrayLike<number>): Pointer {
  const Kind = arrayOf(dtype);
  const data: Values =
    values instanceof Kind ? values : Kind === BigInt64Array ? int64s(Array.from(values)) : (Kind as Float32ArrayConstructor).from(values);
  const tensor = c.TF_AllocateTensor(dtype, int64s(shape), shape.length, data.byteLength);
  if (data.byteLength > 0) c.copyIn(c.TF_TensorData(tensor), data, data.byteLength);
  return tensor;
}

/** What a tensor's values take. */
export const bytesOf = (dtype: number, shape: readonly number[]): number =>
  shape.reduce((a, b) => a * b, 1) * (dtype === 9 || dtype === 8 ? 8 : dtype === 4 || dtype === 10 ? 1 : 4);

export function newHandles(c: CApi, { status, check }: Checked): Handles {
  const held = new Map<number, Held>();
  let next = 1;
  let total = 0;

  const find = (id: number): Held => {
    const found = held.get(id);
    if (!found) throw unknownTensor(id);
    return found;
  };
  const described = (pointer: Pointer): Described => ({
    dtype: c.TFE_TensorHandleDataType(pointer),
    shape: Array.from({ length: c.TFE_TensorHandleNumDims(pointer, status) }, (_, i) => Number(c.TFE_TensorHandleDim(pointer, i, status))),
  });
  const add = (pointer: Pointer, known?: Described | null): TensorMetadata => {
    const { dtype, shape } = known ?? described(pointer);
    const bytes = bytesOf(dtype, shape);
    const id = next++;
    held.set(id, { pointer, dtype, shape, bytes });
    total += bytes;
    return { id, dtype, shape };
  };

  return {
    create: (shape, dtype, values) => {
      const tensor = newTensor(c, shape, dtype, values);
      const pointer = c.TFE_NewTensorHandle(tensor, status);
      c.TF_DeleteTensor(tensor);
      check("a new tensor");
      return add(pointer, { dtype, shape: [...shape] }).id;
    },
    add,
    share: (id) => {
      const of = find(id);
      const pointer = c.TFE_TensorHandleCopySharingTensor(of.pointer, status);
      if (pointer === null) check("sharing a tensor");
      held.set(next, { ...of, pointer: pointer! });
      total += of.bytes;
      return next++;
    },
    get: (id) => find(id).pointer,
    has: (id) => held.has(id),
    metadata: (id) => {
      const { dtype, shape } = find(id);
      return { id, dtype, shape };
    },
    read: (id) => {
      const { pointer, dtype } = find(id);
      const tensor = c.TFE_TensorHandleResolve(pointer, status);
      check("reading a tensor");
      const Kind = arrayOf(dtype);
      const bytes = Number(c.TF_TensorByteSize(tensor));
      const values = new Kind(bytes / Kind.BYTES_PER_ELEMENT);
      if (bytes > 0) c.copyOut(values, c.TF_TensorData(tensor), bytes);
      c.TF_DeleteTensor(tensor);
      return values;
    },
    remove: (id) => {
      const found = held.get(id);
      if (!found) return;
      c.TFE_DeleteTensorHandle(found.pointer);
      held.delete(id);
      total -= found.bytes;
    },
    nextId: () => next++,
    memory: () => ({ tensors: held.size, bytes: total }),
  };
}
