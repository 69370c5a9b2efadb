import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

const seconds = ({ startTime, endTime }) => (endTime - startTime) / 1000;

/** What vitest's own report for people says of failures; all of it where it has no such part. */
const explained = (output) => {
  const start = output.search(/^.* Failed (Suites|Tests) \d+ |^.* Unhandled (Errors|Rejection) /m);
  return start < 0 ? output : output.slice(start);
};

/**
 * Counts vitest's JSON report: how many passed, what failed by name, and notes: the slowest files, every skipped test by name, vitest's account of the
 * failures. A file that could not be run is one failure, and so is an end that the report does not explain: an error outside the tests, no tests.
 */
export function readTests(report, root, exit, output) {
  if (!existsSync(report)) return { passed: 0, failed: [`vitest ended with exit code ${exit} and wrote no report`], notes: [output] };
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, ancestorTitles, title }) => ({
      status,
      name: [relative(root, name), ...ancestorTitles, title].join(" > "),
    })),
  );
  const named = (wanted) => tests.filter(({ status }) => wanted(status)).map(({ name }) => name);
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const passed = named((status) => status === "passed").length;
  const failed = [
    ...named((status) => status === "failed"),
    ...broken.map(({ name }) => `${relative(root, name)}: the file could not be run`),
  ];
  if (exit !== 0 && failed.length === 0) failed.push(`vitest ended with exit code ${exit}, though no test failed`);
  if (passed === 0 && failed.length === 0) failed.push("no test was run");
  const slowest = [...testResults].sort((a, b) => seconds(b) - seconds(a)).slice(0, 5);
  const notes = [
    ...slowest.map((file) => `${seconds(file).toFixed(1).padStart(6)} s  ${relative(root, file.name)}`),
    ...named((status) => !["passed", "failed"].includes(status)).map((name) => `skipped: ${name}`),
    ...(failed.length > 0 ? [explained(output)] : []),
  ];
  return { passed, failed, notes };
}
