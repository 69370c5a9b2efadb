import { crc32, deflateRawSync } from "node:zlib";

const header = (signature: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(signature, 0);
  return bytes;
};

/** A zip archive, every file deflated. */
export function zipOf(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const local = header(0x04034b50, 30);
    const entry = header(0x02014b50, 46);
    for (const [bytes, at] of [
      [local, 8],
      [entry, 10],
    ] as const) {
      bytes.writeUInt16LE(8, at);
      bytes.writeUInt32LE(crc32(content), at + 6);
      bytes.writeUInt32LE(packed.length, at + 10);
      bytes.writeUInt32LE(content.length, at + 14);
      bytes.writeUInt16LE(name.length, at + 18);
    }
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const end = header(0x06054b50, 22);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

/** Bytes that do not compress, the same each time. */
export function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** What the tests' wheel holds. */
export const contents = { cc: noise(300_000, 1), framework: noise(50_001, 2), licence: Buffer.from("the licence\n") };

/** A wheel with TensorFlow's two libraries (not real ones), 350 kB. */
export const tinyWheel: Buffer = zipOf({
  "tensorflow/__init__.py": Buffer.from("import this\n"),
  "tensorflow/libtensorflow_cc.so.2": contents.cc,
  "tensorflow/libtensorflow_framework.so.2": contents.framework,
  "tensorflow_cpu-2.21.0.dist-info/licenses/LICENSE": contents.licence,
});

export const tinyWheelName = "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";
