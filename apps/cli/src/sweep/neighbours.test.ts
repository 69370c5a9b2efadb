import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sweepNeighbours } from "./neighbours.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-neighbours-"));
afterAll(() => rmSync(folder, { recursive: true }));

const make = (path: string, kept = true): void => {
  mkdirSync(join(folder, path, kept ? "checkpoints" : ""), { recursive: true });
  writeFileSync(join(folder, path, "config.json"), "{}");
};
const found = async (path: string) =>
  (await sweepNeighbours(join(folder, "sweep"))(join(folder, path))).map((one) => one.slice(folder.length + 1));

test("seeds of the entry, other entries with their seeds, single runs beside the sweep; not itself, not through links", async () => {
  for (const path of ["sweep/a/seed-0", "sweep/a/seed-1", "sweep/b/seed-0", "sweep/b/seed-1", "sweep/c", "single"]) make(path);
  make("sweep/new", false);
  make("far/one/two");
  symlinkSync(join(folder, "far/one/two"), join(folder, "sweep/link"));
  writeFileSync(join(folder, "sweep/sweep.md"), "");
  const beside = ["sweep/c", "single"];
  expect(await found("sweep/a/seed-0")).toEqual(["sweep/a/seed-1", "sweep/b/seed-0", "sweep/b/seed-1", ...beside]);
  expect(await found("sweep/c")).toEqual(["sweep/a/seed-0", "sweep/a/seed-1", "sweep/b/seed-0", "sweep/b/seed-1", "single"]);
});
