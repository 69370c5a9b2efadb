import { open, type FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { damagedWheel } from "./errors.js";

// Read by hand: three structures of one archive kind (wheels: no encryption, no zip64, stored or deflated) need no dependency, and every
// way to be damaged gets its own words. Only the central directory is held in memory; a library of 800 MB is streamed.

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Size unpacked, in bytes. */
  readonly bytes: number;
  readonly packedBytes: number;
  readonly crc32: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Offset of its local header. */
  readonly offset: number;
}

const endSize = 22;
const entrySize = 46;
const localSize = 30;
const piece = 1 << 18;

const hex = (value: number): string => value.toString(16).padStart(8, "0");

async function opened<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, path: string, position: number, length: number, what: string): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw damagedWheel(path, `it ends within ${what}`);
    done += bytesRead;
  }
  return bytes;
}

async function* pieces(file: FileHandle, path: string, start: number, length: number, what: string): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; done += piece) yield read(file, path, start + done, Math.min(piece, length - done), what);
}

/** Lists an archive by its central directory. Throws where there is none or it does not add up. */
export const readZip = (path: string): Promise<readonly ZipEntry[]> =>
  opened(path, "r", async (file) => {
    const { size } = await file.stat();
    const tailSize = Math.min(size, endSize + 0xffff); // a comment of up to 65535 bytes may follow
    const tail = await read(file, path, size - tailSize, tailSize, "its directory");
    const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (at < 0 || at + endSize > tail.length)
      throw damagedWheel(path, `its ${size} bytes do not end with a zip directory, so it was cut off or is no wheel`);
    const count = tail.readUInt16LE(at + 10);
    const length = tail.readUInt32LE(at + 12);
    const start = tail.readUInt32LE(at + 16);
    if (start + length > size) throw damagedWheel(path, `its directory should end at byte ${start + length}, but it has ${size} bytes`);
    return directoryEntries(path, await read(file, path, start, length, "its directory"), count);
  });

function directoryEntries(path: string, directory: Buffer, count: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (at + entrySize > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
      throw damagedWheel(path, `entry ${entries.length + 1} of ${count} in its directory cannot be read`);
    const nameEnd = at + entrySize + directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString("utf8", at + entrySize, nameEnd),
      method: directory.readUInt16LE(at + 10),
      crc32: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

interface ExtractOptions {
  /** Told the size of each piece, in bytes, once it is written. */
  readonly advanced?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes an entry's contents to a new file, through to the disk. Throws where size or CRC-32 differ from the directory's or the packed
 * bytes cannot be unpacked; the file is then still there.
 */
export async function extract(archive: string, entry: ZipEntry, target: string, { advanced, signal }: ExtractOptions = {}): Promise<void> {
  if (entry.method !== 0 && entry.method !== 8)
    throw damagedWheel(archive, `"${entry.name}" is packed by method ${entry.method}, not by 0 or 8`);
  const found = { bytes: 0, crc32: 0 };
  await opened(archive, "r", (source) =>
    opened(target, "wx", async (output) => {
      const local = await read(source, archive, entry.offset, localSize, `"${entry.name}"`);
      if (local.readUInt32LE(0) !== 0x04034b50) throw damagedWheel(archive, `"${entry.name}" is not where its directory says`);
      const start = entry.offset + localSize + local.readUInt16LE(26) + local.readUInt16LE(28);
      const packed = pieces(source, archive, start, entry.packedBytes, `"${entry.name}"`);
      const sink = async (unpacked: AsyncIterable<Buffer>): Promise<void> => {
        for await (const bytes of unpacked) {
          found.bytes += bytes.length;
          // not only a check at the end: a forged archive must not fill the disk
          if (found.bytes > entry.bytes)
            throw damagedWheel(archive, `"${entry.name}" is longer than the ${entry.bytes} bytes of its directory`);
          found.crc32 = crc32(bytes, found.crc32);
          await output.writeFile(bytes);
          advanced?.(bytes.length);
        }
      };
      const options = signal ? { signal } : {};
      if (entry.method === 8) await pipeline(packed, createInflateRaw({ chunkSize: piece }), sink, options);
      else await pipeline(packed, sink, options);
      await output.sync();
    }),
  ).catch((failure: unknown) => {
    const code = failure instanceof Error && "code" in failure ? String(failure.code) : "";
    throw code.startsWith("Z_") ? damagedWheel(archive, `"${entry.name}" cannot be unpacked (${(failure as Error).message})`) : failure;
  });
  if (found.bytes !== entry.bytes) throw damagedWheel(archive, `"${entry.name}" should have ${entry.bytes} bytes, ${found.bytes} came out`);
  if (found.crc32 !== entry.crc32)
    throw damagedWheel(archive, `"${entry.name}" should have CRC-32 ${hex(entry.crc32)}, ${hex(found.crc32)} came out`);
}
