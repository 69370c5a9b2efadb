import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporary.js";

const keep = fileURLToPath(new URL("../tools/keep.mjs", import.meta.url));
const folder = temporaryFolder();
const keeping = (...args: string[]) => {
  const { status, stderr } = spawnSync(process.execPath, [keep, ...args], { encoding: "utf8" });
  return { status, stderr };
};

test("finished runs alone, each in its place, with the share of every term; what lies there stays", () => {
  const line = (stage: string, event: object): string => `${JSON.stringify({ t: "2026-11-27T12:00:00.000Z", stage, ...event })}\n`;
  const looked = (norms: object) => ({ event: "gradients", step: 0, norms, cosines: {} });
  const end = { event: "finished", step: 2, steps: 2 };
  const make = (run: string, files: Readonly<Record<string, string>>): void => {
    mkdirSync(join(folder, "runs", run), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "runs", run, name), text);
  };
  make("kd/seed-0", {
    "results.json": "of seed 0",
    "events.jsonl": [
      ...[looked({ ce: 7 }), end].map((event) => line("teacher", event)),
      ...[looked({ ce: 1, kd: 5 }), looked({ ce: 2, kd: null }), end].map((event) => line("distillation", event)), // null: not finite
      line("baseline", end),
    ].join(""),
    "report.html": "pictures",
  });
  make("kd/seed-1", { "events.jsonl": "" });
  make("at", { "results.json": "of at", "events.jsonl": "" });
  const into = join(folder, "kept");
  mkdirSync(into);
  writeFileSync(join(into, "earlier.txt"), "");
  expect(keeping(join(folder, "runs"), into)).toEqual({ status: 0, stderr: "" });
  const read = (name: string): string => readFileSync(join(into, name), "utf8");
  expect(read("kd/seed-0/results.json")).toBe("of seed 0");
  const share = (term: string, gradient: number, ofGradient: number) => ({ term, loss: null, ofLoss: null, gradient, ofGradient });
  expect(JSON.parse(read("kd/seed-0/shares.json"))).toEqual({
    teacher: [share("ce", 7, 1)],
    distillation: [share("ce", 1.5, 1.5 / 6.5), share("kd", 5, 5 / 6.5)],
  });
  expect(read("at/results.json")).toBe("of at");
  expect(["at/shares.json", "kd/seed-1", "kd/seed-0/report.html", "earlier.txt"].map((name) => existsSync(join(into, name)))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test("where there is none it says so", () => {
  mkdirSync(join(folder, "empty"));
  expect(keeping(join(folder, "empty"), join(folder, "none"))).toEqual({
    status: 1,
    stderr: `[keep] no finished run (results.json) below "${join(folder, "empty")}".\n`,
  });
  expect(keeping("one").status).toBe(2);
});
