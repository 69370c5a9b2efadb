import { spawn } from "node:child_process";

/**
 * Runs a program in a process of its own and resolves to the JSON object that it prints as its last line; to `{ why }` where it fails. Processes
 * never overlap: callers wait for one before they start the next.
 */
export function measured(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const end = () => child.kill();
    process.once("exit", end);
    const [out, err] = [[], []];
    child.stdout.on("data", (piece) => out.push(piece));
    child.stderr.on("data", (piece) => err.push(piece));
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
}
