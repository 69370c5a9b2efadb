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

test("tries and seeds of the entry, other entries with their seeds and tries, single runs and the runs of sweeps beside the sweep; not itself, not through links", async () => {
  for (const path of ["sweep/a/seed-0", "sweep/a/seed-1", "sweep/b/seed-0", "sweep/b/seed-1", "sweep/c", "single"]) make(path);
  for (const path of ["sweep/a/.tries/try-1", "sweep/a/.tries/try-2", "sweep/c/.tries/try-1"]) make(path);
  make("sweep/new", false);
  make("other/entry/seed-0");
  make("other/.tries/try-1");
  make("other/entry/seed-0/no/deeper");
  make("further/than/a/sweep");
  symlinkSync(join(folder, "other/entry/seed-0"), join(folder, "sweep/link"));
  writeFileSync(join(folder, "sweep/sweep.md"), "");
  const [a, b] = ["a", "b"].map((entry) => [0, 1].map((seed) => `sweep/${entry}/seed-${seed}`)) as [string[], string[]];
  const ofA = ["sweep/a/.tries/try-1", "sweep/a/.tries/try-2"];
  const c = ["sweep/c", "sweep/c/.tries/try-1"];
  const other = "other/entry/seed-0";
  expect(await found("sweep/a/seed-0")).toEqual([...ofA, "sweep/a/seed-1", ...b, ...c, other, "single"]);
  expect(await found("sweep/a/.tries/try-1")).toEqual(["sweep/a/.tries/try-2", ...a, ...b, ...c, other, "single"]);
  expect(await found("sweep/c")).toEqual(["sweep/c/.tries/try-1", ...a, ...ofA, ...b, other, "single"]);
});
