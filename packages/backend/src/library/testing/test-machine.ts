import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Machine } from "../machine.js";

/** An empty folder that is removed after the test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "segdistill-library-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A Linux machine with an empty home, no Python, and plenty of disk. */
export function testMachine(changes: Partial<Machine> = {}): Machine & { readonly cache: string } {
  const home = changes.home ?? emptyFolder();
  const cache = join(home, "cache");
  mkdirSync(join(home, "bin"), { recursive: true });
  const { env, ...rest } = changes;
  return {
    os: "linux",
    arch: "x64",
    glibc: "2.36",
    home,
    freeBytes: () => Promise.resolve(1e12),
    ...rest,
    env: { SEGDISTILL_CACHE: cache, PATH: join(home, "bin"), PIP_CONFIG_FILE: "/dev/null", ...env },
    cache,
  };
}

/** All files below a folder, as sorted relative paths. */
export const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

/** What a promise is rejected with; fails if it is not. */
export async function failure(
  promise: Promise<unknown>,
): Promise<{ readonly message: string; readonly code?: unknown; readonly exit?: unknown }> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error("was expected to be rejected");
  return result.reason as Error;
}
