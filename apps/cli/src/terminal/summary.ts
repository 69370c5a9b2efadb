import { join, relative } from "node:path";
import type { Results } from "@segdistill/core";
import { headMetric, summarise } from "@segdistill/report";
import { resultsTable } from "./results-table.js";

/**
 * The table, the same in words with what training took and what to keep in mind, where the report is, and what to do next; `students` is the folder of the students to go on with.
 * The sentences are the report's: "improves" and "gain" only where the whole interval lies above 0.
 */
export const summary = (results: Results, path: string, before: boolean, students = join(path, "students")): string => {
  const here = relative(process.cwd(), path) || ".";
  const { headline, training, caution } = summarise(results);
  const said = before ? `Everything is done already: configuration, data and code are those of ${here}.\n\n` : "\n";
  const student = join(relative(process.cwd(), students), "distilled");
  const words = [headline, ...training, ...caution].map((line) => `${line}\n`).join("");
  const next = `report   ${join(here, "report.html")}\nresults  ${join(here, "results.json")}\nnext     segdistill predict ${student} <picture or folder> -o predictions\n`;
  return `${said}${resultsTable(results, headMetric(results)!)}\n${words}\n${next}`;
};
