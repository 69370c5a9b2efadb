import { link, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told once, if another process holds the lock and this one begins to wait. */
  readonly waiting?: ((holder: string) => void) | undefined;
}

/** A living holder touches its lock this often; one not touched for six times as long is dead, also on another computer. */
const heartbeatMs = 5000;
const deadMs = 6 * heartbeatMs;

const isMissing = (failure: unknown): boolean => failure instanceof Error && "code" in failure && failure.code === "ENOENT";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (failure) {
    return failure instanceof Error && "code" in failure && failure.code === "EPERM"; // alive, but another user's
  }
}

/** The holder's line, or null if the lock is free by now. A process that died on this computer is seen at once. */
async function holder(path: string): Promise<{ readonly line: string; readonly dead: boolean } | null> {
  try {
    const line = await readFile(path, "utf8");
    const { mtimeMs } = await stat(path);
    const [pid = "", host = ""] = line.split(" ");
    const silent = Date.now() - mtimeMs > deadMs;
    return { line, dead: silent || (host === hostname() && /^\d+$/.test(pid) && !isAlive(Number(pid))) };
  } catch (failure) {
    if (isMissing(failure)) return null;
    throw failure;
  }
}

/** Moves a dead holder's lock away. Two may try: the one who moved a living lock by mistake puts it back. */
async function clear(path: string, deadLine: string, mine: string): Promise<void> {
  const aside = `${path}.${mine.replaceAll(/[^\w]/g, "-")}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== deadLine) await link(aside, path);
  } catch (failure) {
    if (!isMissing(failure)) throw failure;
  } finally {
    await rm(aside, { force: true });
  }
}

async function take(path: string, line: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(line);
    } finally {
      await file.close();
    }
    return true;
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "EEXIST") return false;
    throw failure;
  }
}

let taken = 0;

/** Runs `work` while no other process (or call) holds the lock file; waits for it, and takes over a dead process's lock. */
export async function withLock<T>(path: string, work: () => Promise<T>, { signal, waiting }: LockOptions = {}): Promise<T> {
  const mine = `${process.pid} ${hostname()} ${Date.now()}-${++taken}`;
  for (let told = false; !(await take(path, mine)); ) {
    const other = await holder(path);
    if (other?.dead) await clear(path, other.line, mine);
    else if (other) {
      if (!told) waiting?.(`process ${other.line.split(" ").slice(0, 2).join(" on ")}`);
      told = true;
      await wait(200, undefined, signal ? { signal } : {});
    }
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), heartbeatMs);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}
