import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// The program as it is built: tools/start.mjs builds before the tests run.
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const segdistill = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CI: "true" },
  });
  return { status, stdout, stderr };
};
let folder: string;

beforeAll(() => {
  if (!existsSync(bin)) throw new Error(`${bin} is not there: build first (npm run build).`);
  folder = mkdtempSync(join(tmpdir(), "segdistill-cli-"));
  writeFileSync(join(folder, "c.yaml"), "name: a\nteachr: {}\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("an error of the user's is one message without a stack trace, exit code 2", () => {
  const message =
    '[c.yaml:2:1] unknown key "teachr" at the top. Nearest: "teacher". Known keys: baseline, data, distil, evaluate, extends, name, precision, prepare, sample, seed, seeds, student, teacher.';
  expect(segdistill("run", "c.yaml")).toEqual({ status: 2, stdout: "", stderr: `${message}\n` });
  expect(segdistill("run", "c.yaml", "--json").stderr).toBe(`${JSON.stringify({ error: { code: "config/unknown-key", message } })}\n`);
  expect(segdistill("run", "none.yaml")).toEqual({
    status: 2,
    stdout: "",
    stderr: "[none.yaml] There is no such file. Give the path of a configuration: segdistill run examples/quickstart.yaml\n",
  });
});

test("a command line that is none is refused with exit code 2, help is not", () => {
  const { status, stderr } = segdistill("rum");
  expect([status, stderr]).toEqual([2, "error: unknown command 'rum'\n(Did you mean run?)\n(segdistill --help lists the commands)\n"]);
  expect(segdistill("--help").status).toBe(0);
});
