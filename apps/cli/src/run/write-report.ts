import type { Results, RunFolder } from "@segdistill/core";
import { writeAtomic } from "@segdistill/core";
import type { ResolvedRun } from "./resolve-run.js";

/** report.html of a run. */
export const writeReport = async (folder: RunFolder, results: Results, _run: ResolvedRun): Promise<void> => {
  await writeAtomic(folder.paths.report, `<pre>${JSON.stringify(results, null, 2)}</pre>`);
};
