/**
 * What `npm test` runs once all is built: types, lint, format, unused things, then every test (units, packages, tarballs, a tiny run).
 * Every part runs, whatever became of those before it. The last line is `N passed, N failed`: each test and each other part counts as one.
 * The tests in test/ read the builds; start.mjs makes them first.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTests } from "./read-tests.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const box = mkdtempSync(join(tmpdir(), "segdistill-check-"));
const testsFile = join(box, "tests.json");
const children = new Set();

/** Runs an installed program by its file, so that no shell and no npx stands between. Resolves to { exit, output }. */
function run(program, ...args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "node_modules", program), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, CI: "true", NO_COLOR: "1", FORCE_COLOR: undefined, TURBO_TELEMETRY_DISABLED: "1" },
    });
    children.add(child);
    const pieces = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => pieces.push(piece));
    child.on("close", (code) => {
      children.delete(child);
      resolve({ exit: code ?? 1, output: Buffer.concat(pieces).toString().trim() });
    });
  });
}

/** A part that is one check: passed where the program ends with 0. */
const one = async (...command) => {
  const { exit, output } = await run(...command);
  return exit === 0 ? { passed: 1, failed: [] } : { passed: 0, failed: [output || `exit code ${exit}, without a word`] };
};

const tests = async () => {
  const { exit, output } = await run("vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${testsFile}`);
  return readTests(testsFile, root, exit, output);
};

/** In the order in which they are begun, two at a time. The tests use both cores by themselves and come last, beside the rest of what takes longest. */
const parts = [
  ["lint", () => one("eslint/bin/eslint.js", "--max-warnings=0", ".")],
  ["types", () => one("typescript/bin/tsc", "--noEmit", "-p", ".")],
  ["format", () => one("prettier/bin/prettier.cjs", "--check", "--log-level=warn", ".")],
  ["unused", () => one("knip/bin/knip.js", "--no-progress", "--treat-config-hints-as-errors")],
  ["tests", tests],
];

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    rmSync(box, { recursive: true, force: true });
    process.exit(128 + constants.signals[signal]);
  });

const indented = (text) => text.replace(/^(?=.)/gm, "    ");
const total = { passed: 0, failed: 0 };
const start = performance.now();
console.log(`${parts.map(([name]) => name).join(", ")} …`);
const left = [...parts];
const lane = async () => {
  for (let next = left.shift(); next; next = left.shift()) {
    const [name, part] = next;
    const begun = performance.now();
    const { passed, failed, notes = [] } = await part();
    total.passed += passed;
    total.failed += failed.length;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`  ${failed.length > 0 ? "✗" : "✓"} ${name}: ${passed} passed, ${failed.length} failed, ${seconds} s`);
    for (const text of [...notes, ...failed.map((text) => `✗ ${text}`)]) console.log(indented(text));
  }
};
await Promise.all([lane(), lane()]);
rmSync(box, { recursive: true, force: true });
console.log(`\nchecked in ${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
