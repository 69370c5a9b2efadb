import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sha256 } from "./content.js";
import python from "./fixtures/files-of-python.json" with { type: "json" };
import { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors, type StoredTensor } from "./safetensors.js";
import { temporaryFolder } from "../testing/temporary.js";

const bytes = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, "base64"));
const whole = (pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(pieces));
const arrayOf = (name: string, values: number[]): StoredTensor["data"] =>
  name === "2" ? Int32Array.from(values) : name === "mask" ? Uint8Array.from(values) : Float32Array.from(values);
const ours = new Map<string, StoredTensor>(
  Object.entries(python.ours.values).map(([name, { shape, values }]) => [name, { shape, data: arrayOf(name, values) }]),
);

test("writes the bytes that Python's safetensors writes", () => {
  expect(Buffer.from(whole(encodeSafetensors(ours))).toString("base64")).toBe(python.ours.file);
  const x = new Map([["x", { shape: [2], data: Float32Array.of(1.5, 2.5) }]]);
  expect(Buffer.from(whole(encodeSafetensors(x, { format: "pt" }))).toString("base64")).toBe(python.withMetadata.file);
});

test("reads what Python's safetensors wrote", () => {
  const { tensors, metadata } = decodeSafetensors(bytes(python.ours.file), "a");
  expect([...tensors.keys()]).toEqual(["10", "2", "empty", "encoder/1/bias", "encoder/1/conv/kernel", "mask"]);
  for (const [name, tensor] of ours) expect(tensors.get(name)).toEqual(tensor);
  expect(metadata).toEqual({});
  expect(decodeSafetensors(bytes(python.withMetadata.file), "a").metadata).toEqual({ format: "pt" });
});

test("reads the types of foreign files", () => {
  const { tensors } = decodeSafetensors(bytes(python.foreign.file), "a");
  const text = (x: number): string => (Object.is(x, -0) ? "-0.0" : x === Infinity ? "inf" : x === -Infinity ? "-inf" : String(x));
  for (const [name, { shape, values }] of Object.entries(python.foreign.values)) {
    const tensor = tensors.get(name)!;
    expect(tensor.shape).toEqual(shape);
    expect([...tensor.data].map((x) => Number(text(x).replace("inf", "Infinity")))).toEqual(
      values.map((x) => Number(x.replace("inf", "Infinity"))),
    );
  }
  expect(Object.is(tensors.get("a.f16")!.data[1], -0)).toBe(true);
  expect(tensors.get("bn.num_batches_tracked")).toEqual({ shape: [], data: Int32Array.of(4321) });
  expect(tensors.get("flag")).toEqual({ shape: [3], data: Uint8Array.of(1, 0, 1) });
});

test("equal content, equal bytes: neither order of entries nor of metadata shows", () => {
  const a = { shape: [1, 2], data: Float32Array.of(1, 2) };
  const b = { shape: [3], data: Uint8Array.of(1, 2, 3) };
  const one = whole(
    encodeSafetensors(
      new Map<string, StoredTensor>([
        ["a", a],
        ["b", b],
      ]),
      { x: "1", w: "2" },
    ),
  );
  const other = whole(
    encodeSafetensors(
      new Map<string, StoredTensor>([
        ["b", b],
        ["a", a],
      ]),
      { w: "2", x: "1" },
    ),
  );
  expect(one).toEqual(other);
  expect(one.length % 8).toBe(3); // 8-byte header parts, 8 bytes of a, 3 of b
  expect(
    Buffer.from(one.subarray(8, 8 + Number(new DataView(one.buffer).getBigUint64(0, true))))
      .toString()
      .trimEnd(),
  ).toBe(
    '{"__metadata__":{"w":"2","x":"1"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}',
  );
});

test("a view into a larger buffer, at an odd place, reads the same", () => {
  const file = bytes(python.ours.file);
  const shifted = Buffer.alloc(file.length + 3);
  shifted.set(file, 3);
  const { tensors } = decodeSafetensors(shifted.subarray(3), "a");
  for (const [name, tensor] of ours) expect(tensors.get(name)).toEqual(tensor);
});

test("through a file", async () => {
  const path = join(temporaryFolder(), "x.safetensors");
  const written = await writeSafetensors(path, ours, { step: "3" });
  expect(written).toEqual({ bytes: readFileSync(path).length, sha256: sha256(readFileSync(path)) });
  expect((await readSafetensors(path)).metadata).toEqual({ step: "3" });
});

const file = (header: unknown, data = new Uint8Array(0)): Uint8Array => {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return whole([length, text, data]);
};
const notOne = (problem: string): string =>
  `[safetensors] "x" is not a whole safetensors file: ${problem}. Expected 8 bytes of header length, a JSON header and the tensors. Copy or save the file again.`;
const bad = (problem: string): string => `[safetensors] "x": tensor "w" ${problem}. The file is damaged: copy or save it again.`;
const w = (shape: unknown, offsets: unknown, dtype: unknown = "F32") => ({ w: { dtype, shape, data_offsets: offsets } });

const damaged: readonly (readonly [string, Uint8Array, string])[] = [
  ["too short", new Uint8Array(5), notOne("it has 5 bytes")],
  ["header beyond the end", file("{}").subarray(0, 9), notOne("its header is said to have 2 bytes, 1 bytes follow")],
  [
    "an HTML page",
    Uint8Array.from(Buffer.from("<!doctype html>")),
    notOne("its header is said to have 8104636974849335612 bytes, 7 bytes follow"),
  ],
  ["not JSON", file("{]"), notOne("its header is not JSON")],
  ["a list", file([]), notOne("its header is not a JSON object")],
  ["metadata", file({ __metadata__: { a: 1 } }), notOne("its __metadata__ is not a mapping of texts")],
  ["bytes after the last tensor", file(w([1], [0, 4]), new Uint8Array(6)), notOne("its tensors end at byte 4 of 6")],
  ["entry", file({ w: 3 }), bad("is not described by an object")],
  ["shape", file(w([-1], [0, 4])), bad("has the shape [-1]")],
  ["offsets", file(w([1], [0])), bad("has the offsets [0]")],
  ["truncated", file(w([2, 3], [0, 24]), new Uint8Array(20)), bad("lies at bytes 0 to 24, the file has 20 bytes of tensors")],
  ["length", file(w([2, 3], [0, 20]), new Uint8Array(20)), bad("of type F32 and shape [2, 3] has 20 bytes, expected 24")],
  ["hole", file(w([1], [4, 8]), new Uint8Array(8)), bad("starts at byte 4, the one before it ends at byte 0")],
  [
    "overlap",
    file({ a: { dtype: "U8", shape: [3], data_offsets: [0, 3] }, ...w([2], [2, 4], "U8") }, new Uint8Array(4)),
    bad("starts at byte 2, the one before it ends at byte 3"),
  ],
  [
    "type",
    file(w([1], [0, 1], "F8_E4M3"), new Uint8Array(1)),
    '[safetensors] "x": tensor "w" is of type "F8_E4M3". Known types: F32, I32, U8, BOOL, F16, BF16, F64, I8, I16, U16, U32, I64, U64. Save it as one of these.',
  ],
  [
    "int64",
    bytes(python.large.file),
    '[safetensors] "x": tensor "n" holds 2147483648, which does not fit 32 bits. Save it as int32 or float32.',
  ],
];
test.each(damaged)("refuses a damaged file: %s", (_, content, message) => {
  let found: unknown;
  try {
    decodeSafetensors(content, "x");
  } catch (error) {
    found = error;
  }
  expect((found as Error | undefined)?.message).toBe(message);
});

test("a missing file", async () => {
  await expect(readSafetensors("/nowhere/x.safetensors")).rejects.toMatchObject({
    message: `[file] "/nowhere/x.safetensors" cannot be read: ENOENT: no such file or directory, open '/nowhere/x.safetensors'. Expected a file that this user may read. Check the path and its permissions.`,
  });
});

test("what cannot be written", () => {
  const data = Float32Array.of(1, 2, 3);
  expect(() => encodeSafetensors(new Map([["w", { shape: [2, 2], data }]]))).toThrow(
    'internal: tensor "w" of shape [2, 2] has 3 values, expected 4.',
  );
  expect(() => encodeSafetensors(new Map([["__metadata__", { shape: [3], data }]]))).toThrow(
    'internal: "__metadata__" cannot be the name of a tensor in a safetensors file.',
  );
});
