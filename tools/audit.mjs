/**
 * `npm run audit`: asks the package registry whether one of the packages that are installed with SegDistill has a known vulnerability (`npm audit --omit=dev`).
 * Three answers with three exit codes, so that silence is never taken for safety: 0 none known, 1 some are known (listed), 3 the registry did not answer.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 26, timeout: 120_000, shell: process.platform === "win32" };

/** One line, without what could move a terminal's cursor. */
const oneLine = (text) =>
  String(text)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 300);

function noAnswer(why) {
  console.log(`NO ANSWER: the registry could not be asked (${oneLine(why)}).`);
  console.log(
    "This does not mean that there is no vulnerability. Try again where the registry can be reached and knows audits: npm config get registry",
  );
  return 3;
}

function verdict() {
  const { stdout, stderr, status, error, signal } = spawnSync("npm", ["audit", "--omit=dev", "--json"], options);
  if (error || signal) return noAnswer(error?.message ?? `npm was stopped by ${signal}`);
  let found;
  try {
    found = JSON.parse(stdout);
  } catch {
    return noAnswer(stderr || stdout || `npm ended with exit code ${status} and said nothing`);
  }
  const counts = found?.metadata?.vulnerabilities;
  if (found?.error || found?.message || typeof counts?.total !== "number" || typeof found.vulnerabilities !== "object")
    return noAnswer(found?.error?.summary || found?.error?.code || found?.message || "npm's answer is no audit");
  const packages = found.metadata.dependencies?.prod ?? "all";
  if (counts.total === 0 && status === 0) {
    console.log(`NONE KNOWN: the registry knows of no vulnerability in ${packages} packages that are installed with SegDistill.`);
    return 0;
  }
  const kinds = ["critical", "high", "moderate", "low", "info"].filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`);
  console.log(`VULNERABLE: ${counts.total} of ${packages} packages (${kinds.join(", ")}).`);
  for (const { name, severity, range, via, fixAvailable } of Object.values(found.vulnerabilities)) {
    const why = via.map((one) => (typeof one === "string" ? `through ${one}` : `${one.title} ${one.url}`)).join("; ");
    const fix = fixAvailable === true ? "npm audit fix" : fixAvailable ? `${fixAvailable.name}@${fixAvailable.version}` : "none yet";
    console.log(`  ${oneLine(`${name} ${range} (${severity}): ${why}. Fix: ${fix}`)}`);
  }
  return 1;
}

process.exitCode = verdict();
