import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Linux's disk in memory, for tests that write ten thousand files. */
const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** An empty folder outside the workspace, gone after the file's last test. */
export const temporaryFolder = ({ inMemory = false } = {}): string => {
  const folder = realpathSync(mkdtempSync(join(inMemory ? memory : tmpdir(), "segdistill-test-")));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
