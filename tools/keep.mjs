/**
 * `node tools/keep.mjs <runs> <folder>`: what the tables of docs/results.md are made of, out of every finished run below a folder and into the same places below another: results.json as it
 * is, and shares.json, what each term has of loss and gradient by stage (runs with `--inspect gradients`), as the run's report says it.
 * Scores and names of cases alone: no picture, no weights, no path. What lies there from before is kept, so that a table may grow seed by seed, on several machines.
 * `segdistill compare` reads the folders that come out.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readEvents } from "@segdistill/core";
import { curvesOf, termShares } from "@segdistill/report";

/** What each term has of loss and gradient, by stage, as the run's report says it; null where gradients were not looked at. */
function sharesIn(events) {
  const stages = curvesOf(readEvents(events)).filter(({ told }) => told.gradients !== null);
  return stages.length === 0
    ? null
    : Object.fromEntries(stages.map(({ stage, terms, told }) => [stage, termShares(terms, told.gradients.norms)]));
}

const [runs, into] = process.argv.slice(2);
if (into === undefined) {
  console.error("[keep] expected two folders: node tools/keep.mjs <runs> <folder>.");
  process.exit(2);
}
let kept = 0;
for (const name of readdirSync(runs, { recursive: true, encoding: "utf8" })) {
  if (!/(^|[/\\])results\.json$/.test(name)) continue;
  const [from, to] = [dirname(join(runs, name)), dirname(join(into, name))];
  mkdirSync(to, { recursive: true });
  copyFileSync(join(from, "results.json"), join(to, "results.json"));
  const events = join(from, "events.jsonl");
  const shares = existsSync(events) ? sharesIn(events) : null;
  if (shares) writeFileSync(join(to, "shares.json"), `${JSON.stringify(shares, null, 2)}\n`);
  console.log(relative(process.cwd(), to));
  kept++;
}
if (kept === 0) {
  console.error(`[keep] no finished run (results.json) below "${runs}".`);
  process.exitCode = 1;
}
