import { extname } from "node:path";
import { writeAtomic } from "@segdistill/core";
import { random } from "@segdistill/core/random";
import { compare, comparisonFormats, type ComparisonFormat } from "@segdistill/report";
import type { Common } from "../program.js";
import { comparedRuns } from "../run/compared-run.js";
import { writeJson, writeWhole } from "../terminal/write.js";

export interface CompareRunsOptions extends Common {
  readonly format?: ComparisonFormat;
  readonly metric?: string;
  readonly against?: string;
  readonly out?: string;
}

const byEnding: Readonly<Record<string, ComparisonFormat>> = {
  ".csv": "csv",
  ".tex": "latex",
  ".html": "html",
  ".htm": "html",
  ".svg": "svg",
};

/** `segdistill compare`: finished runs in one table, on standard output or into a file; without `--format` the file's ending decides, else Markdown. */
export const compareRuns = async (folders: readonly string[], options: CompareRunsOptions): Promise<number> => {
  const { metric, against, out, json = false } = options;
  const runs = await comparedRuns(folders);
  const comparison = compare(runs, { ...(metric !== undefined && { metric }), ...(against !== undefined && { against }), draw: random });
  const format = options.format ?? byEnding[extname(out ?? "").toLowerCase()] ?? "markdown";
  if (out !== undefined) await writeAtomic(out, json ? `${JSON.stringify(comparison)}\n` : comparisonFormats[format](comparison));
  else if (json) writeJson(comparison);
  else writeWhole(comparisonFormats[format](comparison));
  return 0;
};
