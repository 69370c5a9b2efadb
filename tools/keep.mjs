/**
 * `node tools/keep.mjs <runs> <folder>`: what the tables of docs/results.md are made of, out of every finished run below a folder and into the same places below another: results.json as it
 * is, and shares.json, each term's share of the gradient by stage (runs with `--inspect gradients`): the mean norm of its weighted gradient over that of all terms together.
 * Scores and names of cases alone: no picture, no weights, no path. What lies there from before is kept, so that a table may grow seed by seed, on several machines.
 * `segdistill compare` reads the folders that come out.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Each term's share of the gradient, by stage; null where nothing was told. */
function sharesIn(events) {
  const sums = {};
  for (const line of readFileSync(events, "utf8").split("\n")) {
    if (!line.includes('"gradients"')) continue;
    const { event, stage, norms } = JSON.parse(line);
    if (event !== "gradients") continue;
    for (const [term, norm] of Object.entries(norms)) (sums[stage] ??= {})[term] = (sums[stage][term] ?? 0) + (norm ?? 0);
  }
  const shares = Object.entries(sums).map(([stage, of]) => {
    const all = Object.values(of).reduce((a, b) => a + b, 0);
    return [stage, Object.fromEntries(Object.entries(of).map(([term, sum]) => [term, sum / all]))];
  });
  return shares.length > 0 ? Object.fromEntries(shares) : null;
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
