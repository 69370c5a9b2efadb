import { join, relative } from "node:path";
import type { Results } from "@segdistill/core";
import { isUserError } from "../errors.js";
import type { Common } from "../program.js";
import { resolveRun } from "../run/resolve-run.js";
import { runSeed } from "../run/run-seed.js";
import { stopping } from "../stopping.js";
import { onScreen } from "../terminal/progress.js";
import { resultsTable } from "../terminal/results-table.js";
import { fetchedLibrary } from "./setup.js";

export interface RunOptions extends Common {
  readonly run?: string;
  readonly data: readonly string[];
  readonly set: readonly string[];
  readonly resume?: boolean;
  readonly seed?: number;
}

/** `segdistill run`: every seed in a folder of its own where there are several. */
export const run = async (file: string, options: RunOptions): Promise<number> => {
  const { seed: only, json = false, quiet = false, resume = false } = options;
  const show = onScreen(quiet || json);
  const resolved = await resolveRun(file, {
    ...options,
    set: only === undefined ? options.set : [...options.set, "seeds=null", `seed=${only}`],
  });
  const { name, seed = 0, seeds = [seed] } = resolved.config;
  const base = options.run ?? join("runs", name);
  const stop = stopping(show.say);
  try {
    for (const one of seeds) {
      const path = seeds.length > 1 ? join(base, `seed-${one}`) : base;
      const { results, before } = await runSeed(resolved, {
        seed: one,
        path,
        resume,
        show,
        signal: stop.signal,
        library: () => fetchedLibrary(options, show, stop.signal),
      });
      process.stdout.write(json ? `${JSON.stringify({ run: path, ...results })}\n` : summary(results, path, before));
    }
    return 0;
  } catch (e) {
    const code = stop.code();
    if (code === undefined || !isUserError(e) || e.exit !== 130) throw e;
    process.stderr.write(`${e.message}\n`);
    return code;
  } finally {
    stop.close();
  }
};

/** The table, where the report is, and what to do next. */
const summary = (results: Results, path: string, before: boolean): string => {
  const here = relative(process.cwd(), path) || ".";
  const metric = ["dice", ...Object.keys(Object.values(results.models)[0]?.domains[Object.keys(results.data)[0]!]?.mean ?? {})][0]!;
  const said = before ? `Everything is done already: configuration, data and code are those of ${here}.\n\n` : "\n";
  return `${said}${resultsTable(results, metric)}\nreport   ${join(here, "report.html")}\nresults  ${join(here, "results.json")}\nnext     segdistill predict ${join(here, "students", "distilled")} <picture or folder> -o predictions\n`;
};
