import { writeAtomic, type Written } from "./atomic.js";
import { badTensor, codeOf, notReadable, notSafetensors, reservedName, sizeDiffers, unknownType } from "./errors.js";
import { elementTypes, known, storedAs } from "./element-types.js";
import { readForeign, type ForeignOptions } from "./foreign-file.js";
import { repeatedKey } from "./repeated-key.js";

/** A tensor as it lies in a file: values row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const reserved = "__metadata__";
/** A network of 10,000 tensors needs 2 MB; the format's own reader stops at 100 MB, whose JSON would take gigabytes. [ours] */
const longestHeader = 10_000_000;
const mostDimensions = 16;
const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
const bytesOf = (data: StoredTensor["data"]): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The bytes of a safetensors file, as pieces: length, header, tensors. Equal content gives equal bytes, and those of Python's `safetensors`.
 * Little-endian; the header is padded with spaces to a multiple of 8; float32 comes before int32 before uint8 (so all are aligned), each sorted by name.
 * Throws (internal) where a shape and its number of values differ.
 * Source: https://github.com/huggingface/safetensors, "Format"; the order is that of its writer [code].
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const entries = [...tensors].map(([name, tensor]) => ({ name, ...tensor, ...storedAs(tensor.data) }));
  entries.sort((a, b) => a.order - b.order || byText(a.name, b.name));
  // Written by hand, not as an object: an object puts names such as "1" before all others.
  const header: string[] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    header.push(`"${reserved}":{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`).join(",")}}`);
  }
  let end = 0;
  for (const { name, shape, data, dtype } of entries) {
    if (name === reserved) throw reservedName(name);
    if (product(shape) !== data.length) throw sizeDiffers(name, shape, data.length);
    const start = end;
    end += data.byteLength;
    header.push(`${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(",")}],"data_offsets":[${start},${end}]}`);
  }
  const text = Buffer.from(`{${header.join(",")}}`);
  const padded = Math.ceil(text.length / 8) * 8;
  const first = Buffer.alloc(8 + padded, " ");
  first.writeBigUInt64LE(BigInt(padded), 0);
  text.copy(first, 8);
  return [first, ...entries.map(({ data }) => bytesOf(data))];
}

const isWhole = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shortened = (text: string | undefined): string =>
  text === undefined || text.length > 200 ? `${(text ?? "nothing").slice(0, 197)}…` : text;

const headerOf = (bytes: Uint8Array, file: string): { readonly header: Readonly<Record<string, unknown>>; readonly start: number } => {
  if (bytes.byteLength < 8) throw notSafetensors(file, `it has ${bytes.byteLength} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const rest = bytes.byteLength - 8;
  if (length > BigInt(rest)) throw notSafetensors(file, `its header is said to have ${length.toString()} bytes, ${rest} bytes follow`);
  if (length > BigInt(longestHeader)) throw notSafetensors(file, `its header has ${length.toString()} bytes, more than ${longestHeader}`);
  const start = 8 + Number(length);
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch {
    throw notSafetensors(file, "its header is not JSON");
  }
  if (!isObject(header)) throw notSafetensors(file, "its header is not a JSON object");
  const twice = repeatedKey(text);
  if (twice !== null) throw notSafetensors(file, `its header has ${shortened(JSON.stringify(twice))} twice`);
  return { header, start };
};

const metadataOf = (value: unknown, file: string): Readonly<Record<string, string>> => {
  if (value === undefined) return {};
  if (!isObject(value) || Object.values(value).some((entry) => typeof entry !== "string")) {
    throw notSafetensors(file, `its ${reserved} is not a mapping of texts`);
  }
  return value as Readonly<Record<string, string>>;
};

/**
 * Reads the bytes of a safetensors file, ours or another program's.
 * F32, I32 and U8 as they are; F16, BF16 and F64 as float32 (rounded to nearest); BOOL as uint8; I8, I16, U16, U32, I64 and U64 as int32.
 *
 * @param file its name in messages
 * @returns tensors in the order of their names; float32, int32 and uint8 are views of `content` where alignment allows
 * Throws safetensors/not-one, /bad-tensor (offsets that leave the file, overlap, leave holes, or do not fit shape and type), /unknown-type, /too-large.
 * Source: https://github.com/huggingface/safetensors, "Format".
 */
export function decodeSafetensors(content: Uint8Array, file: string): Safetensors {
  // A Buffer's slice is a view, an Uint8Array's a copy.
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  const { header, start } = headerOf(bytes, file);
  const room = bytes.byteLength - start;
  const names = Object.keys(header)
    .filter((name) => name !== reserved)
    .sort(byText);
  const places: (readonly [start: number, end: number, name: string])[] = [];
  const tensors = new Map<string, StoredTensor>();
  for (const name of names) {
    const entry = header[name];
    const said = shortened(name);
    if (!isObject(entry)) throw badTensor(file, said, "is not described by an object");
    const { dtype, shape, data_offsets: offsets } = entry;
    if (!Array.isArray(shape) || !shape.every(isWhole)) throw badTensor(file, said, `has the shape ${shortened(JSON.stringify(shape))}`);
    if (shape.length > mostDimensions) throw badTensor(file, said, `has ${shape.length} dimensions, more than ${mostDimensions}`);
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole)) {
      throw badTensor(file, said, `has the offsets ${shortened(JSON.stringify(offsets))}`);
    }
    const type = typeof dtype === "string" ? elementTypes.get(dtype) : undefined;
    if (type === undefined) throw unknownType(file, said, shortened(JSON.stringify(dtype)), known);
    const [from, to] = offsets as [number, number];
    if (from > to || to > room) throw badTensor(file, said, `lies at bytes ${from} to ${to}, the file has ${room} bytes of tensors`);
    const expected = product(shape) * type.bytes;
    if (to - from !== expected) {
      throw badTensor(file, said, `of type ${String(dtype)} and shape [${shape.join(", ")}] has ${to - from} bytes, expected ${expected}`);
    }
    places.push([from, to, name]);
    tensors.set(name, { shape, data: type.read(bytes.subarray(start + from, start + to), { file, name: said }) });
  }
  places.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let end = 0;
  for (const [from, to, name] of places) {
    if (from !== end) throw badTensor(file, shortened(name), `starts at byte ${from}, the one before it ends at byte ${end}`);
    end = to;
  }
  if (end !== room) throw notSafetensors(file, `its tensors end at byte ${end} of ${room}`);
  return { tensors, metadata: metadataOf(header[reserved], file) };
}

/** Writes a safetensors file atomically: {@link encodeSafetensors}, {@link writeAtomic}. Returns its length and SHA-256. */
export const writeSafetensors = (
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Written> => writeAtomic(path, encodeSafetensors(tensors, metadata));

/**
 * Reads a safetensors file of at most 2 GiB: {@link decodeSafetensors}.
 *
 * @param options `links: false` where the file lies in a folder from a stranger
 * Throws file/not-readable, file/too-large, file/link too.
 */
export function readSafetensors(path: string, options: ForeignOptions = { links: true }): Promise<Safetensors> {
  return Promise.resolve().then(() => decodeSafetensors(contentOf(path, options), path));
}

const contentOf = (path: string, options: ForeignOptions): Buffer => {
  try {
    return readForeign(path, options);
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? notReadable(path, error) : error;
  }
};
