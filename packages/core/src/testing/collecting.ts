// For the kit's own tests: a runner that collects what a suite says instead of reporting it.
import type { Runner } from "./runner.js";

/** Runs one suite and gives what became of every check: null, or the message it failed with. */
export async function verdicts(describeOne: (runner: Runner) => void): Promise<ReadonlyMap<string, string | null>> {
  const checks: [string, () => Promise<void>][] = [];
  describeOne({ describe: (_, body) => body(), it: (name, body) => checks.push([name, body]) });
  const out = new Map<string, string | null>();
  for (const [name, body] of checks) {
    try {
      await body();
      out.set(name, null);
    } catch (error) {
      out.set(name, (error as Error).message);
    }
  }
  return out;
}

/** The same, failed checks only. */
export async function failures(describeOne: (runner: Runner) => void): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries([...(await verdicts(describeOne))].filter((pair): pair is [string, string] => pair[1] !== null));
}
