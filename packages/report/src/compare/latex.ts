import { captionOf, columnsOf, remarksOf } from "./cells.js";
import type { Comparison } from "./comparison.js";

const signs: Readonly<Record<string, string>> = {
  ...{ "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "\u00a0": "~" },
  ...{ "−": "$-$", "±": "$\\pm$", "×": "$\\times$", "–": "--", "<": "$<$", ">": "$>$", "|": "$|$", "[": "{[}" },
};

/** Text that LaTeX sets as it is: its ten special characters, and the signs that this table uses, become commands; a bracket must not follow the end of a line; line breaks become spaces. */
const escape = (text: string): string =>
  text.replace(/[\r\n]+/g, " ").replace(/[\\^~\u00a0−±×–<>|[{}$&#_%]/g, (sign) => signs[sign] ?? `\\${sign}`);

/** A comparison as a LaTeX table (package booktabs), what its columns mean and what to keep in mind in the caption. Text from outside is escaped. Source: our choice. */
export const latex = (comparison: Comparison): string => {
  const columns = columnsOf(comparison);
  const line = (cells: readonly string[]): string => `    ${cells.map(escape).join(" & ")} \\\\\n`;
  const rows = comparison.domains.map((domain) => domain.rows.map((row) => line(columns.map(({ cell }) => cell(row, domain)))).join(""));
  const caption = [captionOf(comparison), ...remarksOf(comparison)].map(escape).join(" ");
  return `% \\usepackage{booktabs}
\\begin{table}
  \\caption{${caption}}
  \\begin{tabular}{${columns.map(({ words }) => (words ? "l" : "r")).join("")}}
    \\toprule
${line(columns.map(({ head }) => head))}    \\midrule
${rows.join("    \\midrule\n")}    \\bottomrule
  \\end{tabular}
\\end{table}
`;
};
