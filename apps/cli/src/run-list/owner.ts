import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { smallJson } from "./find-runs.js";

/** The process that has a run folder. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** Field 22 of /proc/<pid>/stat, as run.lock holds it: tells a process from a later one of the same number. */
const startOf = (pid: number): string | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
};

const lives = (pid: number, started: unknown): boolean => {
  try {
    process.kill(pid, 0);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = startOf(pid);
  return typeof started !== "string" || now === null || now === started;
};

/** Who holds a run folder by its run.lock; null where nobody does, or where the process is gone. One on another host counts as living: nobody here can know. */
export const ownerOf = (folder: string): Owner | null => {
  try {
    const { pid, host, started } = smallJson(join(folder, "run.lock"));
    if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid < 1 || typeof host !== "string") return null;
    return host !== hostname() || lives(pid, started) ? { pid, host } : null;
  } catch {
    return null; // no lock, or one that nobody can read: core takes it over as well
  }
};
