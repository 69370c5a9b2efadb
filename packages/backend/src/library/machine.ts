import { statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** What finding and fetching depend on outside of their arguments; tests pass their own. */
export interface Machine {
  /** `process.platform`: "linux", "darwin", "win32" … */
  readonly os: string;
  /** `process.arch`: "x64", "arm64" … */
  readonly arch: string;
  /** Version of glibc, "2.36"; null where the C library is another (musl, macOS). */
  readonly glibc: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Bytes that this user may still write in the folder's file system. */
  readonly freeBytes: (folder: string) => Promise<number>;
}

function glibcVersion(): string | null {
  if (process.platform !== "linux") return null;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime ?? null;
}

/** The machine that this process runs on. */
export const thisMachine = (): Machine => ({
  os: process.platform,
  arch: process.arch,
  // a getter: the report costs some milliseconds, and only fetching asks
  get glibc() {
    return glibcVersion();
  },
  env: process.env,
  home: homedir(),
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
});

/** Folder of everything that can be fetched again: `SEGDISTILL_CACHE`, else `$XDG_CACHE_HOME/segdistill`, else `~/.cache/segdistill` (interfaces.md §4). */
export function cacheFolder(machine: Pick<Machine, "env" | "home"> = thisMachine()): string {
  const { SEGDISTILL_CACHE: own, XDG_CACHE_HOME: xdg } = machine.env;
  if (own) return own;
  return join(xdg ? xdg : join(machine.home, ".cache"), "segdistill");
}
