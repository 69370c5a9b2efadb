import { captionOf, columnsOf, remarksOf } from "./cells.js";
import type { Comparison } from "./comparison.js";

/** Text that Markdown takes as it is: marks are escaped, HTML becomes entities, line breaks become spaces. */
export const escape = (text: string): string =>
  text
    .replace(/[\r\n]+/g, " ")
    .replace(/[\\`*_[\]|~#]/g, (mark) => `\\${mark}`)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");

/** A comparison as a GitHub-flavoured Markdown table, with what its columns mean and what to keep in mind below. Text from outside is escaped. Source: our choice. */
export const markdown = (comparison: Comparison): string => {
  const columns = columnsOf(comparison);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const rows = comparison.domains.flatMap((domain) => domain.rows.map((row) => line(columns.map(({ cell }) => escape(cell(row, domain))))));
  const head = line(columns.map((column) => escape(column.head))) + line(columns.map(({ words }) => (words ? ":--" : "--:")));
  const remarks = remarksOf(comparison).map((remark) => `- ${escape(remark)}\n`);
  return `${head}${rows.join("")}\n${escape(captionOf(comparison))}\n\n${remarks.join("")}`;
};
