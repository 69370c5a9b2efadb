/** Numbers of TensorFlow's data types (tensorflow/c/tf_datatype.h) that tfjs can name. */
export const dataTypes = {
  TF_FLOAT: 1,
  TF_INT32: 3,
  TF_UINT8: 4,
  TF_STRING: 7,
  TF_COMPLEX64: 8,
  TF_INT64: 9,
  TF_BOOL: 10,
  TF_RESOURCE: 20,
} as const;

/** tfjs-node's numbers for kinds of attributes; they are its own, not TensorFlow's. */
export const attributeKinds = {
  TF_ATTR_STRING: 0,
  TF_ATTR_INT: 1,
  TF_ATTR_FLOAT: 2,
  TF_ATTR_BOOL: 3,
  TF_ATTR_TYPE: 4,
  TF_ATTR_SHAPE: 5,
} as const;

/** The typed array that holds values of a data type. */
const arrays = { 1: Float32Array, 3: Int32Array, 4: Uint8Array, 8: Float32Array, 9: BigInt64Array, 10: Uint8Array } as const;
export type Values = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** The array type of a data type; an error names the type that tfjs has no array for. */
export function arrayOf(dtype: number): (typeof arrays)[keyof typeof arrays] {
  if (!(dtype in arrays)) throw new Error(`internal: tensors of TensorFlow's data type ${dtype} have no JavaScript array here.`);
  return arrays[dtype as keyof typeof arrays];
}

const codes = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;
export type StatusCode = (typeof codes)[number];
/** The name of a status code (tensorflow/c/tf_status.h). */
export const statusName = (code: number): StatusCode => codes[code] ?? "UNKNOWN";
