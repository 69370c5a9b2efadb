import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { readResults, runPaths } from "@segdistill/core";
import { configure } from "../config/configure.js";
import { readSource } from "../config/read.js";
import { overlay } from "../config/set.js";
import { notARun } from "../run-list/errors.js";
import { reproducedExists, reproducedOtherwise } from "./errors.js";
import type { Common } from "../program.js";
import { verdictOn, verdictText } from "../reproduce/verdict.js";
import { resolveRun } from "../run/resolve-run.js";
import { runSeed } from "../run/run-seed.js";
import { isRun, kindOf, runsIn } from "../run-list/find-runs.js";
import { stopping } from "../stopping.js";
import { onScreen } from "../terminal/progress.js";
import { write, writeJson } from "../terminal/write.js";
import { fetchedLibrary } from "./setup.js";

export interface ReproduceOptions extends Common {
  readonly run?: string;
  readonly data: readonly string[];
  /** Where the teacher's weights lie; nothing else may be set. */
  readonly set: readonly string[];
  readonly from?: string;
  readonly resume?: boolean;
}

/**
 * `segdistill reproduce`: repeats a finished run, or every seed below a folder, from its own config.yaml in a fresh folder beside it. No stage is taken over from another run.
 * Exit code 0 where all bytes of weights and all scores are equal, 3 where not. Paths in the configuration (of given weights) are taken from `--from`, the working folder if left out; weights outside of the project there are given with `--set`.
 * Throws runs/not-a-run, reproduce/exists, reproduce/set and all that opening the run throws.
 */
export const reproduce = async (run: string, options: ReproduceOptions): Promise<number> => {
  const { json = false, quiet = false, resume = false, from = process.cwd() } = options;
  const runs = runsIn(run, 1);
  if (runs.length === 0 || !runs.every((path) => kindOf(runPaths(path).config) === "file")) throw notARun(run);
  const other = options.set.find((text) => !/^\s*teacher\.weights(\.(file|names))?\s*=/.test(text));
  if (other !== undefined) throw reproducedOtherwise(other);
  const fresh = options.run ?? `${run.replace(/[\\/]+$/, "")}-reproduced`;
  if (existsSync(fresh) && !resume) throw reproducedExists(fresh);
  // all are read before the first is repeated
  const todo = [];
  for (const path of runs) {
    const results = await readResults(runPaths(path).results);
    const source = overlay(readSource(runPaths(path).config), options.set);
    todo.push({ path, results, resolved: await resolveRun(source, configure(source), options.data, { folder: from }) });
  }
  const show = onScreen(quiet || json);
  const stop = stopping(show.say);
  let equal = true;
  try {
    for (const { path, results, resolved } of todo) {
      const into = isRun(run) ? fresh : join(fresh, basename(path));
      const again = await runSeed(resolved, {
        ...{ seed: results.seed, path: into, resume: false, show, signal: stop.signal },
        others: () => Promise.resolve([]),
        alike: [path],
        library: () => fetchedLibrary(options, show, stop.signal),
      });
      const verdict = await verdictOn([path, results], [into, again.results]);
      equal &&= verdict.equal;
      if (json) writeJson(verdict);
      else write(`\n${verdictText(verdict)}`);
    }
    return equal ? 0 : 3;
  } catch (e) {
    const code = stop.codeOf(e);
    if (code === undefined) throw e;
    write(`${(e as Error).message}\n`, process.stderr);
    return code;
  } finally {
    stop.close();
  }
};
