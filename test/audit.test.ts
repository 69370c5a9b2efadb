import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporary.js";

const audit = fileURLToPath(new URL("../tools/audit.mjs", import.meta.url));
const folder = temporaryFolder();

/** Runs the audit with an `npm` that answers as told. */
const withNpm = (answer: { readonly stdout?: string; readonly stderr?: string; readonly exit: number }) => {
  const npm = join(folder, "npm");
  const program = `const a = ${JSON.stringify(answer)}; process.stdout.write(a.stdout ?? ""); process.stderr.write(a.stderr ?? ""); process.exitCode = process.argv.slice(2).join(" ") === "audit --omit=dev --json" ? a.exit : 99;`;
  writeFileSync(npm, `#!${process.execPath}\n${program}\n`);
  chmodSync(npm, 0o755);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` };
  const { status, stdout } = spawnSync(process.execPath, [audit], { encoding: "utf8", env });
  return { status, said: stdout.trimEnd().split("\n") };
};
const report = (counts: object, vulnerabilities: object): string =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: counts, dependencies: { prod: 57 } } });
const silence =
  "This does not mean that there is no vulnerability. Try again where the registry can be reached and knows audits: npm config get registry";

test("none known: exit code 0", () => {
  const counts = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 };
  expect(withNpm({ stdout: report(counts, {}), exit: 0 })).toEqual({
    status: 0,
    said: ["NONE KNOWN: the registry knows of no vulnerability in 57 packages that are installed with SegDistill."],
  });
});

test("some known: each with its reason and remedy, exit code 1", () => {
  const via = [{ title: "Out of bounds\u001b[2J write", url: "https://example.org/1" }, "libvips"];
  const vulnerabilities = {
    sharp: { name: "sharp", severity: "high", range: "<0.35", via, fixAvailable: { name: "sharp", version: "0.35.0" } },
    other: { name: "other", severity: "low", range: "*", via: ["sharp"], fixAvailable: false },
  };
  const counts = { info: 0, low: 1, moderate: 0, high: 1, critical: 0, total: 2 };
  expect(withNpm({ stdout: report(counts, vulnerabilities), exit: 1 })).toEqual({
    status: 1,
    said: [
      "VULNERABLE: 2 of 57 packages (1 high, 1 low).",
      "  sharp <0.35 (high): Out of bounds [2J write https://example.org/1; through libvips. Fix: sharp@0.35.0",
      "  other * (low): through sharp. Fix: none yet",
    ],
  });
});

test.each([
  [
    "an error of the registry",
    { stdout: JSON.stringify({ error: { code: "ENOAUDIT", summary: "The registry does not\nknow audits" } }), exit: 1 },
    "The registry does not know audits",
  ],
  ["a message instead of an audit", { stdout: JSON.stringify({ message: "405 Method Not Allowed" }), exit: 1 }, "405 Method Not Allowed"],
  ["no JSON", { stderr: "npm error network timeout", exit: 1 }, "npm error network timeout"],
  ["nothing at all, and exit code 0", { exit: 0 }, "npm ended with exit code 0 and said nothing"],
  ["JSON that is no audit", { stdout: "{}", exit: 0 }, "npm's answer is no audit"],
  ["an audit without counts", { stdout: JSON.stringify({ vulnerabilities: {}, metadata: {} }), exit: 0 }, "npm's answer is no audit"],
])("no answer is not taken for safety: %s, exit code 3", (_, answer, why) => {
  expect(withNpm(answer)).toEqual({ status: 3, said: [`NO ANSWER: the registry could not be asked (${why}).`, silence] });
});
