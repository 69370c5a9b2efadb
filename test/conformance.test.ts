import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { command } from "./command.js";
import { root } from "./packed.js";

/** Everything that a built file imports before it runs, packages and files, followed through its chunks. */
function staticImports(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, from] of readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];/gm))
    if (from!.startsWith(".")) staticImports(join(dirname(file), from!), seen);
    else seen.add(from!);
  return seen;
}

test("the kit loads no engine until a check of a method or network runs", () => {
  const packages = [...staticImports(join(root, "packages/core/dist/testing.js"))].filter((name) => !name.startsWith(root));
  expect(packages.sort()).toEqual(["assert", "fs", "module"]);
});

const kit = (file: string) =>
  command(process.execPath, ["--test", "--test-reporter=tap", join(root, "test/fixtures", file)], { cwd: root });
const failed = /not ok \d+ - .*$/gm;

test("the README's example is the one that is run here", () => {
  const script = readFileSync(join(root, "test/fixtures/conformance.mjs"), "utf8");
  expect(readFileSync(join(root, "packages/core/README.md"), "utf8")).toContain(`\`\`\`js\n${script}\`\`\``);
});

test("node:test runs the kit from the builds: method, network, data set and gradcheck", async () => {
  const { code, stdout, stderr } = await kit("conformance.mjs");
  expect(code, stdout + stderr).toBe(0);
  expect(stdout.match(/^# (tests|pass) \d+$/gm)).toEqual(["# tests 42", "# pass 42"]);
});

test("and a check that fails ends it with its words", async () => {
  const { code, stdout } = await kit("conformance-failing.mjs");
  expect(code).toBe(1);
  expect(stdout.match(failed)?.filter((line) => !/u-net$|mjs$/.test(line))).toEqual(["not ok 4 - parameters are as many as declared"]);
  expect(stdout).toContain("[u-net] expected 7 parameters, as declared; found 30718. Count every variable once.");
});
