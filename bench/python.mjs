import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "@segdistill/backend/library";
import { stop } from "./stop.mjs";

const requirements = fileURLToPath(new URL("./pytorch/requirements.txt", import.meta.url));
const inEnvironment = (folder) => (process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python"));

/** Yes by an empty line; where there is no terminal nobody can be asked, and the answer is yes. */
async function agreed(question) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await lines.question(`${question} [Y/n] `)).trim().toLowerCase();
    return answer === "" || answer.startsWith("y");
  } finally {
    lines.close();
  }
}

function succeeds(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  return !error && status === 0;
}

/**
 * A Python with PyTorch: the one named, else the virtual environment `bench-python` in the cache folder, made when it is missing or of another
 * requirements.txt. Resolves to { python } or { why }, in which case our own times are still taken.
 */
export async function findPython({ python, yes }) {
  if (python !== undefined) {
    const { status, error, stderr } = spawnSync(python, ["-c", "import torch"], { encoding: "utf8" });
    if (error || status !== 0)
      throw stop(
        `[bench] --python ${python}: expected an interpreter with torch, found: ${error?.message ?? (stderr.trim().split("\n").at(-1) || `exit code ${status}`)}`,
        2,
      );
    return { python };
  }
  const folder = join(cacheFolder(), "bench-python");
  const done = join(folder, "requirements.txt"); // copied there when all is installed
  const own = inEnvironment(folder);
  if (existsSync(done) && readFileSync(done, "utf8") === readFileSync(requirements, "utf8")) return { python: own };
  const size = process.platform === "linux" ? "about 3 GB" : "about 300 MB";
  console.error(`PyTorch is fetched for the comparison: ${size}, into ${folder}`);
  if (!yes && !(await agreed("Go on?"))) return { why: "PyTorch was not fetched: it was refused" };
  mkdirSync(folder, { recursive: true });
  const base = process.platform === "win32" ? "python" : "python3";
  if (!succeeds(base, ["-m", "venv", folder]))
    return { why: `"${base} -m venv" failed: install Python with venv, or name an interpreter with --python` };
  if (!succeeds(own, ["-m", "pip", "install", "--disable-pip-version-check", "--requirement", requirements]))
    return { why: `pip could not install ${readFileSync(requirements, "utf8").trim()}: see above, or name an interpreter with --python` };
  copyFileSync(requirements, done);
  return { python: own };
}
