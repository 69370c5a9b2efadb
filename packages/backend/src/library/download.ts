import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { brokeOff, downloadRefused, isOurs, notEnoughDisk, wrongHash } from "./errors.js";
import type { Machine } from "./machine.js";
import type { Wheel } from "./package-index.js";
import { meter, type OnProgress } from "./progress.js";
import { reason } from "./request.js";

interface DownloadOptions {
  readonly machine: Pick<Machine, "freeBytes">;
  /** Bytes that must be free beside the wheel, for what is unpacked of it. */
  readonly spare: number;
  readonly progress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which a connection counts as broken. */
  readonly patienceMs?: number | undefined;
}

/** Broken connections are taken up again at once this often in a row, as long as something new came. */
const attempts = 5;

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<Hash> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) hash.update(bytes as Buffer);
  return hash;
}

const sizeOf = async (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

interface Part {
  readonly path: string;
  hash: Hash;
  size: number;
  /** Size of the whole file; 0 until index or server say it. */
  total: number;
}

/** One request: appends to the part what the server sends. True when the whole file is there. */
async function request(wheel: Wheel, part: Part, options: DownloadOptions): Promise<boolean> {
  const { signal, patienceMs = 60_000 } = options;
  const stalled = new AbortController();
  const giveUp = (): void => stalled.abort(new Error(`nothing came for ${patienceMs / 1000} s`));
  let timer = setTimeout(giveUp, patienceMs);
  try {
    const answer = await fetch(wheel.url, {
      headers: {
        "accept-encoding": "identity", // the hash is of the file itself
        ...(part.size > 0 ? { range: `bytes=${part.size}-` } : {}),
        ...(wheel.authorization === null ? {} : { authorization: wheel.authorization }),
      },
      signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    });
    if (answer.status === 416) return true; // nothing after what is there: the hash will tell whether it is the file
    if (!answer.ok || !answer.body) throw downloadRefused(wheel.file, wheel.url, answer.status);
    const continues = answer.status === 206 && answer.headers.get("content-range")?.startsWith(`bytes ${part.size}-`) === true;
    if (!continues) {
      part.size = 0; // the server knows no ranges, or gave another one: all of it again
      part.hash = createHash("sha256");
    }
    part.total ||= part.size + Number(answer.headers.get("content-length") ?? 0);
    const file = await open(part.path, continues ? "a" : "w");
    const count = meter("download", part.size, part.total, options.progress);
    try {
      for await (const bytes of answer.body as AsyncIterable<Uint8Array>) {
        timer = (clearTimeout(timer), setTimeout(giveUp, patienceMs));
        part.hash.update(bytes);
        await file.writeFile(bytes);
        part.size += bytes.length;
        count.advance(bytes.length);
      }
      await file.sync();
    } finally {
      count.end();
      await file.close();
    }
    return part.size >= part.total;
  } finally {
    clearTimeout(timer);
  }
}

/** Size of a file on the server, where the index did not say; 0 if the server does not say either. */
async function askSize(wheel: Wheel, signal: AbortSignal | undefined): Promise<number> {
  const headers = { "accept-encoding": "identity", ...(wheel.authorization === null ? {} : { authorization: wheel.authorization }) };
  const answer = await fetch(wheel.url, { method: "HEAD", headers, ...(signal ? { signal } : {}) });
  return answer.ok ? Number(answer.headers.get("content-length") ?? 0) : 0;
}

/** The wheel with its size known: from the index, else asked of the server (0 where neither says). */
export async function withSize(wheel: Wheel, signal?: AbortSignal): Promise<Wheel & { readonly bytes: number }> {
  const bytes = wheel.bytes ?? (await askSize(wheel, signal).catch(() => 0)); // the download itself will say what is wrong
  signal?.throwIfAborted();
  return { ...wheel, bytes };
}

/**
 * Fetches a wheel into a folder and returns its path. What an earlier call left as `<name>.part` is kept and gone on from with a range
 * request; SHA-256 is computed as the bytes come; only a file with the right hash gets its name. Throws on a wrong hash (the file is
 * deleted), a full disk, or a connection that breaks again and again (what came is kept).
 */
export async function download(wheel: Wheel & { readonly bytes: number }, folder: string, options: DownloadOptions): Promise<string> {
  const { signal } = options;
  const finished = join(folder, wheel.file);
  if ((await sizeOf(finished)) > 0 && (await hashOf(finished, signal)).digest("hex") === wheel.sha256) return finished;
  const path = `${finished}.part`;
  let size = await sizeOf(path);
  if (wheel.bytes > 0 && size > wheel.bytes) size = await rm(path).then(() => 0);
  const part: Part = { path, hash: size > 0 ? await hashOf(path, signal) : createHash("sha256"), size, total: wheel.bytes };
  const needed = Math.max(0, wheel.bytes - size) + options.spare;
  const free = await options.machine.freeBytes(folder);
  if (free < needed) throw notEnoughDisk(folder, needed, free);

  let resumed = size > 0;
  for (let left = attempts; ; ) {
    const before = part.size;
    let failure: unknown = new Error("the connection was closed");
    try {
      if ((part.size > 0 && part.size === part.total) || (await request(wheel, part, options))) {
        const found = part.hash.copy().digest("hex");
        if (found === wheel.sha256) break;
        await rm(path);
        // the part may have been of another file of this name: one more try, from its beginning
        if (!resumed) throw wrongHash(wheel.file, wheel.url, wheel.sha256, found);
        resumed = false;
        Object.assign(part, { hash: createHash("sha256"), size: 0 });
        continue;
      }
    } catch (thrown) {
      signal?.throwIfAborted();
      if (isOurs(thrown) || (thrown instanceof Error && "syscall" in thrown)) throw thrown; // of this disk, not of the connection
      failure = thrown;
    }
    left = part.size > before ? attempts : left - 1;
    if (left === 0) throw brokeOff(wheel.file, wheel.url, part.size, part.total, reason(failure));
    await new Promise((go) => setTimeout(go, 50 * 2 ** (attempts - left)));
  }
  await rename(path, finished);
  return finished;
}
