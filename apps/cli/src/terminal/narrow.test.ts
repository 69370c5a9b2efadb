import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { doctor } from "../commands/doctor.js";
import { init } from "../commands/init.js";
import { models } from "../commands/models.js";
import { plugins } from "../commands/plugins.js";
import { gcRuns, listRuns, showRun } from "../commands/runs.js";
import { schema } from "../commands/schema.js";
import { progress } from "./progress.js";
import { summary } from "./summary.js";
import { write } from "./write.js";

const columns = 40;
const folder = mkdtempSync(join(tmpdir(), "segdistill-narrow-"));
const path = join(folder, "a-run-with-a-name-that-is-longer-than-the-line");
beforeAll(() => {
  mkdirSync(path);
  writeFileSync(join(path, "config.json"), JSON.stringify({ name: "n".repeat(60), seed: 1 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

let said = "";
const before = { isTTY: process.stdout.isTTY, columns: process.stdout.columns };
beforeEach(() => {
  said = "";
  Object.assign(process.stdout, { isTTY: true, columns });
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(process.stdout, before);
});

describe("on a terminal of 40 columns no line is longer, and no colour is written", () => {
  test.each<[string, () => Promise<number>]>([
    ["plugins", () => plugins({})],
    ["models", () => models({})],
    ["doctor --verbose", () => doctor({ verbose: true })],
    ["schema -o", () => schema({ out: join(folder, "s.json") })],
    ["init", () => init(join(folder, "c.yaml"), { yes: true }, undefined)],
    ["runs list", () => listRuns(folder, {})],
    ["runs show", () => showRun(path, {})],
    ["runs gc", () => gcRuns(folder, { dryRun: true })],
  ])("%s", async (_, command) => {
    await command();
    expect(said.length).toBeGreaterThan(10);
    expect(said.split("\n").filter((line) => Array.from(line).length > columns)).toEqual([]);
    expect(said).not.toContain("\u001b");
  });

  test("the summary of a run", () => {
    const domain = { cases: [{ id: "a", group: "g", dice: 0.5 }], mean: { dice: 0.5 }, pooled: { dice: 0.5 } };
    const domains = Object.fromEntries(["one", "two", "three"].map((name) => [name, domain]));
    const data = Object.fromEntries(["one", "two", "three"].map((name) => [name, { fingerprint: "f", cases: 1, groups: 1, unseen: true }]));
    const results = { data, models: { distilled: { parameters: 1, macs: 1, trainSeconds: 1, domains } }, gains: [], stages: [] };
    write(summary(results as never, "runs/x", true));
    expect(said.split("\n").filter((line) => line.length > columns)).toEqual([]);
    expect(said).toContain("0.500");
  });
});

test("a JSON object stays one line, on a terminal too", async () => {
  await plugins({ json: true });
  expect(said.trimEnd()).not.toContain("\n");
  expect((JSON.parse(said) as { name: string }[]).map(({ name }) => name)).toContain("@segdistill/plugin-kd");
});

test("what progress says is cut to the terminal, and left whole in a log", () => {
  const lines = (live: boolean): string[] => {
    const written: string[] = [];
    progress({ write: (text) => written.push(text), live, columns: 20, now: () => 0 }).say("a line that stays on the screen");
    return written;
  };
  expect(lines(true)).toEqual(["a line that stays on\n  the screen\n"]);
  expect(lines(false)).toEqual(["a line that stays on the screen\n"]);
});
