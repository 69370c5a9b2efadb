import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

const shownLines = 30;
const shortened = (text) => {
  const lines = text.trimEnd().split("\n");
  return [...lines.slice(0, shownLines), ...(lines.length > shownLines ? [`… ${lines.length - shownLines} more lines`] : [])].join("\n");
};

/**
 * Counts vitest's JSON report: how many passed, one text for each failure, and notes (the slowest files, every skipped test by name).
 * A file that could not be run counts as one failure, and so does an end that the report does not explain: an error outside the tests, no tests.
 */
export function readTests(report, root, exit, output) {
  if (!existsSync(report)) return { passed: 0, failed: [`vitest ended with exit code ${exit} and wrote no report\n${output}`] };
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  const [failed, skipped] = [[], []];
  let passed = 0;
  for (const { name, status, message, assertionResults } of testResults) {
    const file = relative(root, name);
    const named = (test) => [file, ...test.ancestorTitles, test.title].join(" > ");
    const bad = assertionResults.filter((test) => test.status === "failed");
    for (const test of bad) failed.push(`${named(test)}\n${shortened(test.failureMessages.join("\n"))}`);
    if (status === "failed" && bad.length === 0) failed.push(`${file}\n${shortened(message || "the file could not be run")}`);
    passed += assertionResults.filter((test) => test.status === "passed").length;
    skipped.push(...assertionResults.filter((test) => !["passed", "failed"].includes(test.status)).map(named));
  }
  if (exit !== 0 && failed.length === 0) failed.push(`vitest ended with exit code ${exit}, though no test failed\n${output}`);
  if (passed === 0 && failed.length === 0) failed.push("no test was run");
  const seconds = ({ startTime, endTime }) => (endTime - startTime) / 1000;
  const slowest = [...testResults].sort((a, b) => seconds(b) - seconds(a)).slice(0, 5);
  const times = slowest.map((file) => `${seconds(file).toFixed(1)} s  ${relative(root, file.name)}`);
  return { passed, failed, notes: [`slowest:\n${times.join("\n")}`, ...skipped.map((name) => `skipped: ${name}`)] };
}
