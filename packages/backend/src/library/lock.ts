import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";

interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told once, if another process holds the lock and this one begins to wait. */
  readonly waiting?: ((holder: string) => void) | undefined;
  /** A holder that shows no sign of life for so many milliseconds is dead, wherever it runs; it shows one six times in 30 s. */
  readonly deadMs?: number | undefined;
}

const heartbeatMs = 5000;

const has = (failure: unknown, code: string): boolean => failure instanceof Error && "code" in failure && failure.code === code;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (failure) {
    return has(failure, "EPERM"); // alive, but another user's
  }
}

/** A lock's line ("pid host serial") and its last sign of life; null if the file is not there. */
async function look(path: string): Promise<{ readonly line: string; readonly touchedMs: number } | null> {
  try {
    return { line: await readFile(path, "utf8"), touchedMs: (await stat(path)).mtimeMs };
  } catch (failure) {
    if (has(failure, "ENOENT")) return null;
    throw failure;
  }
}

/** A process that died on this computer is seen at once. */
function isDead(line: string): boolean {
  const [pid = "", host] = line.split(" ");
  return host === hostname() && /^\d+$/.test(pid) && !isAlive(Number(pid));
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
    if (has(failure, "EEXIST")) return false;
    throw failure;
  }
}

/** Removes a lock if it is still the one with this line. */
async function removeIf(path: string, line: string): Promise<void> {
  if ((await look(path))?.line === line) await rm(path, { force: true });
}

/** Removes a dead holder's lock. One at a time may: else the second would remove the lock that the first has taken by then. */
async function clear(path: string, deadLine: string, mine: string): Promise<void> {
  const turn = `${path}.clearing`;
  if (await take(turn, mine)) {
    try {
      await removeIf(path, deadLine);
    } finally {
      await rm(turn, { force: true });
    }
    return;
  }
  const other = await look(turn);
  if (other && isDead(other.line)) await removeIf(turn, other.line);
}

let taken = 0;

/** Runs `work` while no other process (or call) holds the lock file; waits for it, and takes over a dead process's lock. */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const { signal, waiting, deadMs = 6 * heartbeatMs } = options;
  const mine = `${process.pid} ${hostname()} ${Date.now()}-${++taken}`;
  let told = false;
  // silence is measured by this process's own clock: other computers' differ, and a laptop may have slept
  let seen = { life: "", since: 0 };
  while (!(await take(path, mine))) {
    const other = await look(path);
    if (!other) continue;
    const life = `${other.line} ${other.touchedMs}`;
    if (life !== seen.life) seen = { life, since: performance.now() };
    if (isDead(other.line) || performance.now() - seen.since > deadMs) {
      await clear(path, other.line, mine);
      await wait(20, undefined, signal ? { signal } : {}); // another may be clearing it
      continue;
    }
    if (!told) waiting?.(`process ${other.line.split(" ").slice(0, 2).join(" on ")}`);
    told = true;
    await wait(200, undefined, signal ? { signal } : {});
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), heartbeatMs);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await removeIf(path, mine);
  }
}
