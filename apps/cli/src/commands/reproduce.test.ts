import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeEnvironment, runPaths, writeResults } from "@segdistill/core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ResolvedRun } from "../run/resolve-run.js";
import type { TrainOptions } from "../run/train-run.js";
import { message } from "../testing/said.js";
import { reproduce } from "./reproduce.js";

/** Repetitions that were asked for: nothing is trained here. */
const repeated: ResolvedRun[] = [];
/** Run folders that each is to have the precision of. */
const alike: (readonly string[])[] = [];
vi.mock("../run/run-seed.js", () => ({
  runSeed: (run: ResolvedRun, options: TrainOptions) => {
    repeated.push(run);
    alike.push(options.alike);
    return Promise.resolve({ results: {}, before: false });
  },
}));
vi.mock("../reproduce/verdict.js", () => ({ verdictOn: () => Promise.resolve({ equal: true }), verdictText: () => "" }));

const top = realpathSync(mkdtempSync(join(tmpdir(), "segdistill-reproduce-")));
afterAll(() => rmSync(top, { recursive: true }));
const elsewhere = join(top, "elsewhere", "t.safetensors");
const project = join(top, "project");
const made = join(project, "runs", "a");
beforeAll(async () => {
  mkdirSync(join(top, "elsewhere"));
  writeFileSync(elsewhere, "");
  mkdirSync(made, { recursive: true });
  writeFileSync(join(project, "package.json"), "{}");
  // as a run with --set teacher.weights=… leaves it
  const tiny = readFileSync(new URL("../../../../examples/tiny.yaml", import.meta.url), "utf8");
  const train = /^ {2}train: \{ epochs.*$/m;
  expect(tiny).toMatch(train);
  writeFileSync(runPaths(made).config, tiny.replace(train, `  weights: ${elsewhere}`));
  writeFileSync(join(made, "config.json"), "{}");
  await writeResults(runPaths(made).results, {
    ...{
      schema: 1,
      name: "tiny",
      seed: 0,
      finished: "2026-02-03T04:05:06.000Z",
      config: "c".repeat(64),
      data: {},
      models: {},
      gains: [],
      stages: [],
    },
    environment: await describeEnvironment({ packages: {}, threads: 1, precision: { asked: "auto", chosen: "float32" }, tensorflow: null }),
  });
});
const again = (set: readonly string[]): Promise<number> => reproduce(made, { data: [], set, from: project, quiet: true });

test("a run whose teacher lies outside of the project is repeated where the user says where it lies", async () => {
  expect(await message(again([]))).toBe(
    `[${runPaths(made).config}:15:3] teacher.weights names "${elsewhere}", which lies outside of ${project}. Expected a file in the project (the folder of the nearest package.json, else that of the configuration). Copy it there, or give the path yourself: --set teacher.weights=PATH`,
  );
  expect(repeated).toEqual([]);
  expect(await again([`teacher.weights=${elsewhere}`])).toBe(0);
  expect(repeated.map(({ config }) => config.teacher.weights)).toEqual([elsewhere]);
  expect(alike).toEqual([[made]]);
});

test("nothing else may be set", async () => {
  for (const text of ["distil.epochs=3", "teacher.width=3", "teacher=null"])
    expect(await message(again([text]))).toBe(
      `[--set ${text}] a run is repeated as it was. Expected teacher.weights=PATH, where the teacher's weights lie here, and nothing else. To change the run: segdistill run`,
    );
});
