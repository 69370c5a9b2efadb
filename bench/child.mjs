import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** The process of a program, and what it ends as: the JSON object that it prints as its last line, or `{ why }` where it fails. */
function started(command, args, env, input) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: [input, "pipe", "pipe"] });
  const end = () => child.kill();
  process.once("exit", end);
  const [out, err] = [[], []];
  child.stdout.on("data", (piece) => out.push(piece));
  child.stderr.on("data", (piece) => err.push(piece));
  const ended = new Promise((resolve) => {
    child.on("error", (failure) => resolve({ why: `${command}: ${failure.message}` }));
    child.on("close", (code, signal) => {
      process.off("exit", end);
      const said = Buffer.concat(err).toString().trim();
      const reason = said.split("\n").findLast((line) => /^\S*Error\b/.test(line)); // Python's last line, not Node's
      if (code !== 0) return resolve({ why: reason ?? `ended with ${signal ?? `exit code ${code}`}`, said });
      try {
        resolve(JSON.parse(Buffer.concat(out).toString().trim().split("\n").at(-1)));
      } catch {
        resolve({ why: "printed no JSON", said });
      }
    });
  });
  return { child, ended };
}

/** Runs a program in a process of its own to its end. Processes that are measured so never overlap: callers wait for one before they start the next. */
export const measured = (command, args, env) => started(command, args, env, "ignore").ended;

/**
 * The same for a program that waits after each of its steps (`SEGDISTILL_BENCH_TURNS`): it prints a line and goes on when it is given one. `stepped()` resolves when it waits or has ended, to
 * whether it waits; `go()` lets it do one step.
 */
export function taking(command, args, env) {
  const { child, ended } = started(command, args, { ...env, SEGDISTILL_BENCH_TURNS: "1" }, "pipe");
  let [steps, told, wake] = [0, 0, () => undefined];
  let over = false;
  child.stdin.on("error", () => undefined); // it has ended, which `ended` tells
  createInterface(child.stdout).on("line", (line) => {
    if (line === "turn") steps++;
    wake();
  });
  void ended.then(() => {
    over = true;
    wake();
  });
  const stepped = async () => {
    while (told === steps && !over) await new Promise((resolve) => (wake = resolve));
    if (told === steps) return false;
    told++;
    return true;
  };
  return { ended, stepped, go: () => child.stdin.write("\n") };
}
