import { tooLargeForInt32 } from "./errors.js";

type Values = Float32Array | Int32Array | Uint8Array;
interface Place {
  readonly file: string;
  readonly name: string;
}
interface ElementType {
  readonly bytes: number;
  readonly read: (bytes: Uint8Array, place: Place) => Values;
}

/** Bytes that a typed array of 2, 4 or 8 bytes can lie on: copied where they start at an odd place. */
const aligned = (bytes: Uint8Array, size: number): Uint8Array => (bytes.byteOffset % size === 0 ? bytes : bytes.slice());
const float32 = (bytes: Uint8Array): Float32Array => {
  const { buffer, byteOffset, byteLength } = aligned(bytes, 4);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
};
const int32 = (bytes: Uint8Array): Int32Array => {
  const { buffer, byteOffset, byteLength } = aligned(bytes, 4);
  return new Int32Array(buffer, byteOffset, byteLength / 4);
};

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. Every value is a float32. */
const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

const word = new Int32Array(1);
const wordAsFloat = new Float32Array(word.buffer);
/** bfloat16 is the upper half of a float32. */
const fromUpperHalf = (bits: number): number => {
  word[0] = bits << 16;
  return wordAsFloat[0]!;
};

const floats =
  (size: number, value: (view: DataView, at: number) => number) =>
  (bytes: Uint8Array): Float32Array => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: bytes.byteLength / size }, (_, i) => value(view, i * size));
  };
const whole =
  (size: number, value: (view: DataView, at: number) => number | bigint) =>
  (bytes: Uint8Array, { file, name }: Place): Int32Array => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Int32Array.from({ length: bytes.byteLength / size }, (_, i) => {
      const number = value(view, i * size);
      if (number > 0x7fffffff || number < -0x80000000) throw tooLargeForInt32(file, name, BigInt(number));
      return Number(number);
    });
  };

/** How the types of a safetensors file become arrays. All little-endian, as every machine that Node runs on in practice. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ["F32", { bytes: 4, read: float32 }],
  ["I32", { bytes: 4, read: int32 }],
  ["U8", { bytes: 1, read: (bytes) => bytes }],
  ["BOOL", { bytes: 1, read: (bytes) => bytes }],
  ["F16", { bytes: 2, read: floats(2, (view, at) => half(view.getUint16(at, true))) }],
  ["BF16", { bytes: 2, read: floats(2, (view, at) => fromUpperHalf(view.getUint16(at, true))) }],
  ["F64", { bytes: 8, read: floats(8, (view, at) => view.getFloat64(at, true)) }],
  ["I8", { bytes: 1, read: whole(1, (view, at) => view.getInt8(at)) }],
  ["I16", { bytes: 2, read: whole(2, (view, at) => view.getInt16(at, true)) }],
  ["U16", { bytes: 2, read: whole(2, (view, at) => view.getUint16(at, true)) }],
  ["U32", { bytes: 4, read: whole(4, (view, at) => view.getUint32(at, true)) }],
  ["I64", { bytes: 8, read: whole(8, (view, at) => view.getBigInt64(at, true)) }],
  ["U64", { bytes: 8, read: whole(8, (view, at) => view.getBigUint64(at, true)) }],
]);

/** Their names, for messages. */
export const known: readonly string[] = [...elementTypes.keys()];

/** The type that an array is written as, and its place in the order of a file. */
export const storedAs = (data: Values): { readonly dtype: string; readonly order: number } =>
  data instanceof Float32Array
    ? { dtype: "F32", order: 0 }
    : data instanceof Int32Array
      ? { dtype: "I32", order: 1 }
      : { dtype: "U8", order: 2 };
