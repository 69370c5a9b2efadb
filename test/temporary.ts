import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** An empty folder outside the workspace, gone after the file's last test. */
export const temporaryFolder = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "segdistill-test-")));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
