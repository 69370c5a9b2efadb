import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { temporaryPath } from "./atomic.js";
import { codeOf, folderInUse, writeError } from "./errors.js";
import { readForeign } from "./foreign-file.js";

/** Who has a run folder. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 in UTC. */
  readonly since: string;
  /** When the process started, as the system counts; null where it does not tell. Tells a process from a later one of the same number. */
  readonly started: string | null;
}

/** A run folder held by this process. */
export interface Lock {
  /** Gives it back; more than once is allowed. */
  readonly release: () => void;
}

/** Start of a process in clock ticks since boot (field 22 of /proc/<pid>/stat; proc(5)). */
const startOf = (pid: number): string | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
};

const alive = ({ pid, started }: Owner): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  const now = startOf(pid);
  return started === null || now === null || started === now;
};

const ownerIn = (text: string): Owner | null => {
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isSafeInteger(owner.pid) && owner.pid > 0 && typeof owner.host === "string" ? owner : null;
  } catch {
    return null;
  }
};

const heldBy = (owner: Owner): boolean => owner.host !== hostname() || alive(owner);
const fileOf = (folder: string): string => join(folder, "run.lock");

/**
 * The process that has a run folder; null where nobody has it, or where its process is gone or its lock cannot be read. One on another host counts as living:
 * nobody here can know.
 */
export function folderOwner(folder: string): { readonly pid: number; readonly host: string } | null {
  try {
    const owner = ownerIn(readForeign(fileOf(folder), { most: 4096 }).toString("utf8"));
    return owner !== null && heldBy(owner) ? { pid: owner.pid, host: owner.host } : null;
  } catch {
    return null;
  }
}

/** Puts a file there unless there is one, whole at once. */
const place = (path: string, content: string): boolean => {
  const beside = temporaryPath(path);
  writeFileSync(beside, content);
  try {
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // A disk without hard links (exFAT, some network drives).
    try {
      const handle = openSync(path, "wx");
      writeSync(handle, content);
      closeSync(handle);
      return true;
    } catch (second) {
      if (codeOf(second) === "EEXIST") return false;
      throw second;
    }
  } finally {
    rmSync(beside, { force: true });
  }
};

/**
 * Takes a run folder for this process: the file run.lock with process id and host.
 * A lock whose process no longer lives on this host (or that cannot be read) is taken over; one of another host never is, because nobody here can know.
 * Throws run/in-use with the owner; file/…. Source: our choice.
 */
export function lockFolder(folder: string): Lock {
  const path = fileOf(folder);
  const mine: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), started: startOf(process.pid) };
  const content = `${JSON.stringify(mine)}\n`;
  const read = (): string | null => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw error;
    }
  };
  try {
    for (;;) {
      if (place(path, content)) break;
      const found = read();
      if (found === null) continue;
      const owner = ownerIn(found);
      if (owner !== null && heldBy(owner)) throw folderInUse(folder, owner.pid, owner.host, owner.since);
      // Renamed, then looked at: if somebody else took it over in between, it is put back.
      const aside = temporaryPath(path);
      try {
        renameSync(path, aside);
      } catch (error) {
        if (codeOf(error) === "ENOENT") continue;
        throw error;
      }
      const taken = readFileSync(aside, "utf8");
      if (taken !== found) place(path, taken);
      rmSync(aside, { force: true });
    }
  } catch (error) {
    throw writeError(path, error);
  }
  return {
    release: () => {
      if (read() === content) rmSync(path, { force: true });
    },
  };
}
