import type { CApi, Pointer } from "./c-api.js";
import { attributeKinds as kind } from "./constants.js";
import type { OpAttribute } from "./kernel-backend.js";

/** The setters of one family of the C API: of an eager op or of a node under construction. */
export interface AttributeSetters {
  readonly type: (at: Pointer, name: string, value: number) => void;
  readonly types: (at: Pointer, name: string, values: Int32Array, count: number) => void;
  readonly int: (at: Pointer, name: string, value: number) => void;
  readonly ints: (at: Pointer, name: string, values: BigInt64Array, count: number) => void;
  readonly float: (at: Pointer, name: string, value: number) => void;
  readonly bool: (at: Pointer, name: string, value: number) => void;
  readonly string: (at: Pointer, name: string, value: Uint8Array, bytes: number) => void;
  readonly shape: (at: Pointer, name: string, dims: BigInt64Array, rank: number) => void;
}

export const eagerSetters = (c: CApi, status: Pointer): AttributeSetters => ({
  type: c.TFE_OpSetAttrType,
  types: c.TFE_OpSetAttrTypeList,
  int: c.TFE_OpSetAttrInt,
  ints: c.TFE_OpSetAttrIntList,
  float: c.TFE_OpSetAttrFloat,
  bool: c.TFE_OpSetAttrBool,
  string: c.TFE_OpSetAttrString,
  shape: (at, name, dims, rank) => c.TFE_OpSetAttrShape(at, name, dims, rank, status),
});

export const graphSetters = (c: CApi): AttributeSetters => ({
  type: c.TF_SetAttrType,
  types: c.TF_SetAttrTypeList,
  int: c.TF_SetAttrInt,
  ints: c.TF_SetAttrIntList,
  float: c.TF_SetAttrFloat,
  bool: c.TF_SetAttrBool,
  string: c.TF_SetAttrString,
  shape: c.TF_SetAttrShape,
});

export const int64s = (values: readonly number[]): BigInt64Array => BigInt64Array.from(values, BigInt);

/** Sets tfjs-node's attributes on an op. */
export function setAttributes(set: AttributeSetters, at: Pointer, attributes: readonly OpAttribute[]): void {
  for (const { name, type, value } of attributes) {
    if (type === kind.TF_ATTR_STRING) {
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : (value as Uint8Array);
      set.string(at, name, bytes, bytes.length);
    } else if (type === kind.TF_ATTR_INT) {
      if (Array.isArray(value)) set.ints(at, name, int64s(value as number[]), value.length);
      else set.int(at, name, Math.trunc(Number(value)));
    } else if (type === kind.TF_ATTR_FLOAT) set.float(at, name, value as number);
    else if (type === kind.TF_ATTR_BOOL) set.bool(at, name, value ? 1 : 0);
    else if (type === kind.TF_ATTR_TYPE) {
      if (Array.isArray(value)) set.types(at, name, Int32Array.from(value as number[]), value.length);
      else set.type(at, name, value as number);
    } else if (type === kind.TF_ATTR_SHAPE) set.shape(at, name, int64s(value as number[]), (value as number[]).length);
    else throw new Error(`internal: attribute "${name}" is of kind ${type}, which is unknown.`);
  }
}
