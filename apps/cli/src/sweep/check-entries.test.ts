import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "@segdistill/backend";
import type { DataSet } from "@segdistill/core/contract";
import { afterAll, expect, test, vi } from "vitest";
import { readConfiguration } from "../config/extends.js";
import type * as Resolving from "../run/resolve-run.js";
import { checkEntries } from "./check-entries.js";
import { sweepOf } from "./entries.js";

/** The training sets of the entries, as they were opened. */
const opened: DataSet[] = [];
vi.mock("../run/resolve-run.js", async (original) => {
  const real = await original<typeof Resolving>();
  const resolveRun: typeof real.resolveRun = async (...given) => {
    const run = await real.resolveRun(...given);
    opened.push(run.data.train.set);
    return run;
  };
  return { ...real, resolveRun };
});

const top = mkdtempSync(join(tmpdir(), "segdistill-entries-"));
afterAll(() => rmSync(top, { recursive: true }));

test("data that entries share is opened and read for its fingerprint once, other data by itself", { timeout: 120_000 }, async () => {
  const tiny = readFileSync(new URL("../../../../examples/tiny.yaml", import.meta.url), "utf8").trimEnd();
  const file = join(top, "sweep.yaml");
  writeFileSync(file, `${tiny}\nsweep:\n  - set: { teacher.width: 8 }\n  - set: { data.train.count: 16 }\n`);
  let reads: readonly (() => number)[] = [];
  await checkEntries(sweepOf(readConfiguration(file))!, [], async () => {
    await startEngine();
    reads = [...new Set(opened)].map((set) => {
      const spy = vi.spyOn(set, "fingerprint");
      return () => spy.mock.calls.length;
    });
  });
  const [plain, wider, fewer] = opened;
  expect([wider === plain, fewer === plain]).toEqual([true, false]);
  expect(reads.map((count) => count())).toEqual([1, 1]);
});
