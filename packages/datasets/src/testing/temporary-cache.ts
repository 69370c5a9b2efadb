import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A folder for the tests of a file, with a cache folder of its own in it: nothing is remembered from elsewhere. */
export function temporaryWithCache(): { readonly path: string } {
  const found = { path: "" };
  const before = process.env["SEGDISTILL_CACHE"];
  beforeAll(async () => {
    found.path = await mkdtemp(join(tmpdir(), "segdistill-volumes-"));
    process.env["SEGDISTILL_CACHE"] = join(found.path, "cache");
  });
  afterAll(async () => {
    if (before === undefined) delete process.env["SEGDISTILL_CACHE"];
    else process.env["SEGDISTILL_CACHE"] = before;
    await rm(found.path, { recursive: true });
  });
  return found;
}
