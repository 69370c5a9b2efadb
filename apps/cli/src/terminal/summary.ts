import { join, relative } from "node:path";
import type { Results } from "@segdistill/core";
import { resultsTable } from "./results-table.js";

/** The table, where the report is, and what to do next; `students` is the folder of the students to go on with. */
export const summary = (results: Results, path: string, before: boolean, students = join(path, "students")): string => {
  const here = relative(process.cwd(), path) || ".";
  const mean = Object.values(results.models)[0]?.domains[Object.keys(results.data)[0]!]?.mean ?? {};
  const metric = "dice" in mean ? "dice" : Object.keys(mean)[0]!;
  const said = before ? `Everything is done already: configuration, data and code are those of ${here}.\n\n` : "\n";
  const student = join(relative(process.cwd(), students), "distilled");
  return `${said}${resultsTable(results, metric)}\nreport   ${join(here, "report.html")}\nresults  ${join(here, "results.json")}\nnext     segdistill predict ${student} <picture or folder> -o predictions\n`;
};
