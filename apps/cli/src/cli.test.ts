import { spawn, spawnSync } from "node:child_process";
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
    '[c.yaml:2:1] unknown key "teachr" at the top. Nearest: "teacher". Known keys: baseline, data, distil, evaluate, extends, name, precision, prepare, sample, seed, seeds, student, sweep, teacher.';
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

test("commands that need no TensorFlow do not ask for it; elsewhere than on a terminal nothing is coloured, whatever is forced", () => {
  const commands = [
    ["--help"],
    ["plugins"],
    ["models"],
    ["schema"],
    ["init", "new.yaml"],
    ["runs", "list", "."],
    ["runs", "."],
    ["runs", "gc", "."],
  ];
  for (const args of commands) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, CI: undefined, NO_COLOR: undefined, FORCE_COLOR: "3", SEGDISTILL_TENSORFLOW: join(folder, "nowhere") },
    });
    expect([args, status, stderr]).toEqual([args, 0, ""]);
    expect(stdout.length).toBeGreaterThan(5);
    expect(stdout).not.toContain("\u001b");
  }
});

test("of what a package offers, defaults with their source", () => {
  const { stdout } = segdistill("plugins", "--json");
  const kd = (JSON.parse(stdout) as { name: string; contract: number; methods: { use: string; options: unknown[] }[] }[]).find(
    ({ name }) => name === "@segdistill/plugin-kd",
  )!;
  expect(kd.contract).toBe(1);
  expect(kd.methods.find(({ use }) => use === "@segdistill/plugin-kd#logits")!.options[0]).toEqual({
    name: "temperature",
    kind: "number above 0",
    default: 1,
    required: false,
    source: "ours",
    description: "divides both networks' logits; above 1 softens them",
  });
});

test("arguments of the new commands are checked", () => {
  expect(segdistill("runs", "remove")).toEqual({
    status: 2,
    stdout: "",
    stderr: "error: missing required argument 'run'\n(segdistill --help lists the commands)\n",
  });
  expect(segdistill("explain")).toMatchObject({
    status: 2,
    stderr: "error: missing required argument 'config'\n(segdistill --help lists the commands)\n",
  });
  expect(segdistill("init", "c.yaml")).toEqual({
    status: 2,
    stdout: "",
    stderr: '[init] "c.yaml" exists already, and nothing is overwritten. Give another name: segdistill init other.yaml\n',
  });
  expect(segdistill("plugins", "--jsn").status).toBe(2);
});

test("a reader that stops reading ends nothing and is told nothing", async () => {
  const child = spawn(process.execPath, [bin, "plugins"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let said = "";
  child.stderr.on("data", (piece: Buffer) => (said += piece.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect({ code, said }).toEqual({ code: 0, said: "" });
});
