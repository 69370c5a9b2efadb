import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Results } from "@segdistill/core";
import { comparisonFormats, type Comparison } from "@segdistill/report";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { program } from "../program.js";
import { compareRuns } from "./compare.js";

const folder = mkdtempSync(join(tmpdir(), "segdistill-compare-"));
afterAll(() => rmSync(folder, { recursive: true }));

const model = (...dice: readonly number[]) => ({
  ...{ parameters: 5, macs: 7, trainSeconds: 60 },
  domains: {
    own: {
      cases: dice.map((value, i) => ({ id: `c${i}`, group: `g${i}`, dice: value, iou: value })),
      mean: { dice: 0, iou: 0 },
      pooled: {},
    },
  },
});
const results = (name: string, seed: number, more: number, changed: Partial<Results> = {}): Results => ({
  ...{ schema: 1, name, seed, finished: "2026-01-01T00:00:00.000Z", config: "0".repeat(64), gains: [], stages: [] },
  data: { own: { fingerprint: "f", cases: 3, groups: 3, unseen: false } },
  models: { baseline: model(0.25, 0.5, 0.75), distilled: model(0.25 + more, 0.5 + more, 0.75 + more) },
  environment: {
    ...{ schema: 1, date: "2026-01-01T00:00:00.000Z", node: "20", packages: {}, memoryBytes: 1, threads: null, tensorflow: null },
    ...{ os: { platform: "linux", release: "6", arch: "x64" }, cpu: { model: null, count: 2, flags: null } },
    ...{ precision: { asked: "auto", chosen: "float32" }, variables: {}, lockFile: null, gitCommit: null },
  },
  ...changed,
});
const write = (path: string, of: Results, at?: string): void => {
  mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, path, "results.json"), JSON.stringify(of));
  if (at !== undefined) writeFileSync(join(folder, path, "config.json"), JSON.stringify({ evaluate: { at } }));
};
const at = (...paths: readonly string[]): readonly string[] => paths.map((path) => join(folder, path));

beforeAll(() => {
  write("one", results("one", 0, 0.125), "native");
  write("many", results("many", 0, 0.5, { seeds: [0, 3] }));
  write("many/seed-0", results("many", 0, 0.0625), "native");
  write("many/seed-3", results("many", 3, 0.1875), "native");
  // seeds that were run one by one
  write("alone/seed-10", results("alone", 10, 0.0625));
  write("alone/seed-9", results("alone", 9, 0.1875));
  write("mixed/seed-0", results("one", 0, 0.0625), "native");
  write("mixed/seed-1", results("one", 1, 0.0625), "prepared");
  write("named/seed-0", results("one", 0, 0.0625));
  write("named/seed-1", results("other", 1, 0.0625));
  write("numbered/seed-0", results("one", 0, 0.0625));
  write("numbered/seed-1", results("one", 0, 0.0625));
  // one seed, whatever its stages are called
  write("other", results("one", 1, -0.125, { stages: [{ name: "seed-1/teacher", steps: 1, seconds: 1, reused: false }] }));
  write("prepared", results("prepared", 0, 0.1), "prepared");
  write("twin/one", results("one", 0, 0.25));
  write("unfinished", results("unfinished", 0, 0, { seeds: [0, 1] }));
});

const compared = async (
  paths: readonly string[],
  options: { readonly metric?: string; readonly against?: string } = {},
): Promise<Comparison> => {
  const out = join(folder, "table.json");
  expect(await compareRuns(at(...paths), { ...options, json: true, out })).toBe(0);
  return JSON.parse(readFileSync(out, "utf8")) as Comparison;
};

test("seeds that were run one by one, with no results above them", async () => {
  const { runs, domains } = await compared(["alone"]);
  expect(runs).toEqual([{ label: "alone", seeds: [9, 10] }]);
  expect(domains[0]!.rows.at(-1)).toMatchObject({ seeds: 2, mean: 0.625 });
  mkdirSync(join(folder, "alone/seed-11"));
  await expect(compareRuns(at("alone"), {})).rejects.toThrow(/alone.seed-11.results\.json" does not exist/);
});

test.each([
  ["mixed", "one", 1, "prepared", "native"],
  ["named", "other", 1, "not known", "not known"],
  ["numbered", "one", 0, "not known", "not known"],
])("seeds of several runs in one folder are refused: %s", async (of, name, seed, grid, expected) => {
  const [path] = at(of);
  await expect(compareRuns([path!], {})).rejects.toMatchObject({
    code: "compare/seeds",
    message: `[compare] "${path!}" has seeds of several runs: seed-1 is of run "${name}", seed ${seed}, scored at: ${grid}. Expected run "one", the seed that its folder names, scored at: ${expected}. Move it elsewhere, or name each seed's folder by itself.`,
  });
});

test("one seed, and several: each seed's own results are read, not the average; what stages are called says nothing of seeds", async () => {
  const { runs, domains, metric } = await compared(["one", "many"]);
  expect([metric, runs]).toEqual([
    "dice",
    [
      { label: "one", seeds: [0] },
      { label: "many", seeds: [0, 3] },
    ],
  ]);
  const found = (of: Comparison) =>
    of.domains[0]!.rows.flatMap(({ run, difference }) => (difference ? [[run, difference.mean, difference.seeds]] : []));
  expect(found({ domains } as Comparison)).toEqual([
    ["one", 0.125, 1],
    ["many", 0.125, 2],
  ]);
  expect(found(await compared(["other"]))).toEqual([["one", -0.125, 1]]);
});

test("runs of one name are called by their folders, folders of one name by their paths", async () => {
  expect((await compared(["one", "other"])).runs.map(({ label }) => label)).toEqual(["one", "other"]);
  const paths = at("one", "twin/one").map((path) => relative(process.cwd(), path));
  expect((await compared(["one", "twin/one"])).runs.map(({ label }) => label)).toEqual(paths);
});

test("--metric and --against; the ending of the file decides the format, --format before it", async () => {
  const { metric, against } = await compared(["one", "many"], { metric: "iou", against: "many" });
  expect([metric, against]).toEqual(["iou", "distilled of many"]);
  const start = async (name: string, format?: "csv"): Promise<string> => {
    const out = join(folder, name);
    await compareRuns(at("one"), { out, ...(format && { format }) });
    return readFileSync(out, "utf8").slice(0, 15);
  };
  expect([
    await start("t.md"),
    await start("t.CSV"),
    await start("t.tex"),
    await start("t.html"),
    await start("t.svg"),
    await start("t"),
    await start("t.tex", "csv"),
  ]).toEqual([
    "| Test set | Mo",
    "testSet,unseen,",
    "% \\usepackage{b",
    "<!doctype html>",
    '<svg xmlns="htt',
    "| Test set | Mo",
    "testSet,unseen,",
  ]);
});

test("the command line offers every format there is", () => {
  const command = program(() => undefined).commands.find((one) => one.name() === "compare")!;
  expect(command.options.find(({ long }) => long === "--format")!.argChoices).toEqual(Object.keys(comparisonFormats));
});

test("without a file the table goes to standard output", async () => {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  await compareRuns(at("one"), { format: "csv" }).finally(() => spy.mockRestore());
  expect(
    written
      .join("")
      .split("\r\n")
      .map((line) => line.split(",").slice(0, 4).join(",")),
  ).toEqual([...["testSet,unseen,run,model", "own,false,one,baseline", "own,false,one,distilled", ""]]);
});

test("what cannot be compared is refused", async () => {
  const refused = async (...paths: readonly string[]): Promise<string> =>
    await compareRuns(at(...paths), {}).then(
      () => "not refused",
      (e: unknown) => `${(e as { readonly code: string }).code} ${(e as Error).message}`,
    );
  const one = relative(process.cwd(), join(folder, "one"));
  expect(await refused("one", "many", "one")).toBe(
    `compare/twice [compare] "${one}" was given twice. Expected every run once. Leave one of them out.`,
  );
  expect(await refused("one", "prepared")).toBe(
    'report-compare-grid [compare] prepared was scored at "prepared", one at "native". Expected the same grid. Give evaluate.at the same value in both configurations and run them again.',
  );
  for (const path of ["none", "unfinished"]) {
    const missing = join(folder, path, path === "none" ? "" : "seed-0", "results.json");
    expect(await refused(path)).toBe(
      `results/missing [results] "${missing}" does not exist. Expected a run that has ended. Run it to its end first: segdistill run <config>.`,
    );
  }
});

test.each(["markdown", "csv", "latex", "html", "svg"] as const)("a run's name cannot steer the terminal: %s", async (format) => {
  write("steering", results("\u001b[2Jgone\u009b1m", 0, 0.125));
  const said: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  try {
    expect(await compareRuns(at("steering", "one"), { format })).toBe(0);
  } finally {
    vi.restoreAllMocks();
  }
  expect(said.join("")).toContain("gone");
  expect(said.join("")).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/);
});
