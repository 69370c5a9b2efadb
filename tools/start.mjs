/**
 * `node tools/start.mjs quickstart|test [arguments]`: from a fresh clone, with nothing but Node and npm, to a running example or to the tests.
 * Installs the locked packages, builds, fetches TensorFlow's library unless one is found, then goes on. What is done already takes no time.
 * Needs no package itself: it runs before there are any.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inside = (...parts) => join(root, ...parts);
const terminal = process.stdout.isTTY && !process.env["CI"];

/** What each word goes on with, once all is there. */
const goals = {
  quickstart: [inside("apps", "cli", "dist", "bin.js"), "run", "examples/quickstart.yaml", "--yes"],
  test: [inside("tools", "check.mjs")],
};

/** Ends the program with one line instead of a stack trace. */
class Stop extends Error {
  constructor(message, exit) {
    super(message);
    this.exit = exit;
  }
}

const say = (line) => process.stdout.write(`${line}\n`);
const since = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** The running child, and a way to stop what runs in this process. */
let child = null;
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => {
    stopping.abort(new Stop("Stopped. What was downloaded is kept: the same command goes on from there.", 128 + constants.signals[signal]));
    // on a terminal Ctrl-C reaches the child by itself; a second one would mean "at once"
    if (signal !== "SIGINT" || !process.stdin.isTTY) child?.kill(signal);
  });

/** Runs a program to its end. `quiet`: its output comes back, and is shown only if it fails. Resolves to { exit, output }. */
function run(command, args, { quiet = false, env = {}, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    stopping.signal.throwIfAborted();
    const pieces = [];
    const stdio = quiet ? ["ignore", "pipe", "pipe"] : "inherit";
    child = spawn(command, args, { cwd: root, stdio, env: { ...process.env, ...env }, shell });
    child.stdout?.on("data", (piece) => pieces.push(piece));
    child.stderr?.on("data", (piece) => pieces.push(piece));
    child.on("error", (failure) => reject(new Stop(`"${command}" could not be started: ${failure.message}`, 1)));
    child.on("close", (code, signal) => {
      child = null;
      resolve({ exit: signal === null ? code : 128 + constants.signals[signal], output: Buffer.concat(pieces).toString() });
    });
  });
}

/** A quiet step: says what it does, then how long it took (or that there was nothing to do); shows the output where it failed. */
async function step(what, command, args, options, nothing = () => false) {
  const start = performance.now();
  if (terminal) process.stdout.write(`${what} … `);
  else say(`${what} …`);
  const { exit, output } = await run(command, args, { ...options, quiet: true });
  if (terminal && exit !== 0) say("failed");
  stopping.signal.throwIfAborted();
  if (exit !== 0)
    throw new Stop(`${output.trimEnd()}\n\n${what} failed: ${[command, ...args].join(" ")} ended with exit code ${exit}.`, exit);
  const result = nothing(output) ? "nothing to do" : since(start);
  say(terminal ? result : `${what}: ${result}`);
}

/** npm, by the path that npm itself gives when this runs as its script. */
function npm(args) {
  const program = process.env["npm_execpath"];
  if (program?.endsWith(".js")) return [process.execPath, [program, ...args], {}];
  return ["npm", args, { shell: process.platform === "win32" }];
}

/** Installs exactly what package-lock.json says, unless that was done: by this file (hash), or by hand since the lock last changed (time). */
async function install() {
  const lock = inside("package-lock.json");
  const written = inside("node_modules", ".package-lock.json"); // npm's own list, written at the end of an install
  const stamp = inside("node_modules", ".segdistill-lock");
  const hash = createHash("sha256").update(readFileSync(lock)).digest("hex");
  const stamped = existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
  if (existsSync(written) && (stamped || statSync(written).mtimeMs >= statSync(lock).mtimeMs)) return;
  await step("Installing the locked packages", ...npm(["ci", "--no-audit", "--no-fund"]));
  writeFileSync(stamp, hash);
}

const build = () =>
  step(
    "Building",
    process.execPath,
    [inside("node_modules", "turbo", "bin", "turbo"), "run", "build", "--no-update-notifier"],
    { env: { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" } },
    (output) => output.includes("FULL TURBO"),
  );

/** One line that is rewritten on a terminal; elsewhere a line for every fifth of the way. */
function progressLine(megabytes) {
  let shown = "download 0";
  return ({ phase, done, total, bytesPerSecond }) => {
    const doing = phase === "download" ? "  downloaded" : "  unpacked";
    const part = `${doing} ${megabytes(done)} of ${megabytes(total)}`;
    const left = Math.ceil((total - done) / Math.max(1, bytesPerSecond));
    if (terminal) process.stdout.write(`\r\x1b[K${part}, ${megabytes(bytesPerSecond)}/s, ${left} s left${done === total ? "\n" : ""}`);
    const fifth = `${phase} ${Math.floor((5 * done) / total)}`;
    if (!terminal && fifth !== shown) say(part);
    shown = fifth;
  };
}

async function tensorflow() {
  const { setupLibrary, megabytes } = await import(pathToFileURL(inside("packages", "backend", "dist", "library.js")).href);
  const start = performance.now();
  const result = await setupLibrary({
    announce: ({ file, bytes, url, folder }) => {
      say(`Fetching TensorFlow's library: ${file}, ${megabytes(bytes)}, from ${new URL(url).host} into ${folder}`);
      return true;
    },
    waiting: (holder) => say(`Waiting for ${holder}, which is fetching TensorFlow's library …`),
    progress: progressLine(megabytes),
    signal: stopping.signal,
  });
  if (result.outcome === "installed") say(`TensorFlow's library is ready: ${since(start)}`);
}

async function start([word, ...args]) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Stop(`[start] Node ${process.versions.node} is too old. Expected 20.19 or newer. Install one from https://nodejs.org.`, 2);
  if (!Object.hasOwn(goals, word ?? ""))
    throw new Stop(
      `[start] expected one of ${Object.keys(goals).join(", ")}, found ${word === undefined ? "nothing" : `"${word}"`}. Try: npm run quickstart`,
      2,
    );
  await install();
  await build();
  await tensorflow();
  return (await run(process.execPath, [...goals[word], ...args])).exit;
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (failure) {
  const expected = failure instanceof Stop || failure?.name === "SegDistillError";
  if (terminal && stopping.signal.aborted) say(""); // a line of progress may stand there
  process.stderr.write(`${expected ? failure.message : (failure?.stack ?? failure)}\n`);
  process.exitCode = expected ? failure.exit : 1;
}
