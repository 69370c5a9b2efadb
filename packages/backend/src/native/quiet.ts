import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import koffi from "koffi";

/**
 * Runs `f` with what native code writes to standard error kept out of the terminal, and gives it as text: TensorFlow greets on start-up whatever its
 * log level is, in the middle of a progress line. JavaScript's own writes in the meantime would be kept too. In a worker thread nothing is kept out: two
 * threads at once would take the terminal from each other for good.
 */
export function quietly<T>(f: () => T): { readonly value: T; readonly said: string } {
  if (process.platform === "win32" || !isMainThread) return { value: f(), said: "" };
  const libc = koffi.load(null);
  const dup = libc.func("int dup(int fd)") as unknown as (fd: number) => number;
  const dup2 = libc.func("int dup2(int from, int to)") as unknown as (from: number, to: number) => number;
  const folder = mkdtempSync(join(tmpdir(), "segdistill-"));
  const file = join(folder, "stderr");
  const fd = openSync(file, "w");
  const before = dup(2);
  dup2(fd, 2);
  try {
    const value = f();
    return { value, said: readFileSync(file, "utf8") };
  } finally {
    dup2(before, 2);
    closeSync(fd);
    closeSync(before);
    rmSync(folder, { recursive: true, force: true });
  }
}
