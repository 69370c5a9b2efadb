import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEvents, readResults } from "@segdistill/core";
import { beforeAll, expect, test } from "vitest";
import { command, output, type Ended } from "./command.js";
import { root } from "./packed.js";
import { temporaryFolder } from "./temporary.js";

const folder = temporaryFolder();
const stages = ["teacher", "baseline", "distillation"];
const run = join(folder, "runs", "tiny");
const segdistill = (...args: readonly string[]): Promise<Ended> =>
  command(process.execPath, [join(root, "apps", "cli", "dist", "bin.js"), ...args], { cwd: root });
const again = (...more: readonly string[]) => segdistill("run", join("examples", "tiny.yaml"), "--run", run, "--yes", ...more);

let first: string;
beforeAll(async () => {
  first = output(await again());
}, 240_000);

test("its results are valid: three models on two domains, gains of the student over its baseline", async () => {
  const results = await readResults(join(run, "results.json"));
  expect(results.name).toBe("tiny");
  expect(Object.keys(results.models).sort()).toEqual(["baseline", "distilled", "teacher"]);
  for (const { domains } of Object.values(results.models)) expect(Object.keys(domains).sort()).toEqual(["other-camera", "phantoms"]);
  expect(results.data["other-camera"]).toMatchObject({ unseen: true, cases: 4 });
  expect(results.stages.map(({ name, reused }) => [name, reused])).toEqual(stages.map((name) => [name, false]));
  expect(results.gains.map(({ model, against, domain }) => [model, against, domain])).toContainEqual(["distilled", "baseline", "phantoms"]);
});

test("it tells where the report is, and the report needs nothing from elsewhere", () => {
  expect(first).toContain("report.html");
  const report = readFileSync(join(run, "report.html"), "utf8");
  expect(report.slice(0, 15).toLowerCase()).toBe("<!doctype html>");
  expect(report.match(/(src|href)="https?:[^"]*/g) ?? []).toEqual([]);
});

test("every stage says that it has finished", () => {
  const events = readEvents(join(run, "events.jsonl"));
  const finished = events.filter((line) => "event" in line && line.event === "finished");
  expect(finished.map(({ stage }) => stage)).toEqual(stages);
});

test("a second call sees that all is done and writes nothing", async () => {
  const written = ["results.json", "report.html", "events.jsonl"].map((name) => statSync(join(run, name)).mtimeMs);
  expect(output(await again())).toContain("Everything is done already");
  expect(["results.json", "report.html", "events.jsonl"].map((name) => statSync(join(run, name)).mtimeMs)).toEqual(written);
});

test("a run that ended between training and measuring tells what is missing the next time, once", async () => {
  const file = join(run, "events.jsonl");
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const isScore = (line: string): boolean => line.includes('"validation"');
  const scores = (): string[] =>
    readFileSync(file, "utf8").trimEnd().split("\n").filter(isScore).map((line) => line.replace(/"t":"[^"]*"/, "")).sort(); // prettier-ignore
  const before = scores();
  expect(before.length).toBe(stages.length);
  writeFileSync(file, `${lines.filter((line) => !isScore(line)).join("\n")}\n`);
  for (let i = 0; i < 2; i++) {
    rmSync(join(run, "results.json"));
    output(await again());
    expect(scores()).toEqual(before);
  }
});

test("the student's file segments a picture", async () => {
  const pictures = join(run, "predictions", "phantoms");
  const names = readdirSync(pictures, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".png"));
  output(await segdistill("predict", join(run, "students", "distilled"), pictures, "-o", join(folder, "out"), "--quiet"));
  for (const name of names) expect(existsSync(join(folder, "out", name))).toBe(true);
});
