import { join, relative } from "node:path";
import type { Results } from "@segdistill/core";
import { resultsTable } from "./results-table.js";

/** The table, where the report is, and what to do next. */
export const summary = (results: Results, path: string, before: boolean): string => {
  const here = relative(process.cwd(), path) || ".";
  const mean = Object.values(results.models)[0]?.domains[Object.keys(results.data)[0]!]?.mean ?? {};
  const metric = "dice" in mean ? "dice" : Object.keys(mean)[0]!;
  const said = before ? `Everything is done already: configuration, data and code are those of ${here}.\n\n` : "\n";
  return `${said}${resultsTable(results, metric)}\nreport   ${join(here, "report.html")}\nresults  ${join(here, "results.json")}\nnext     segdistill predict ${join(here, "students", "distilled")} <picture or folder> -o predictions\n`;
};
