import { listText } from "./list-file.js";

/**
 * Rows of a CSV file by column name: comma, semicolon or tab (whichever the first line has most of), fields in double quotes, BOM, CRLF; empty lines are left out. datasets.md 3
 *
 * Column names are compared in lower case; a field that a row lacks is empty.
 */
export async function readCsv(path: string): Promise<Record<string, string>[]> {
  const text = await listText(path);
  const first = /^.*/.exec(text)![0];
  const count = (mark: string): number => first.split(mark).length;
  const separator = [",", ";", "\t"].sort((a, b) => count(b) - count(a))[0]!;
  const [header = [], ...rows] = fields(text, separator).filter((row) => row.some((field) => field !== ""));
  return rows.map((row) => Object.fromEntries(header.map((column, i) => [column.trim().toLowerCase(), (row[i] ?? "").trim()])));
}

function fields(text: string, separator: string): string[][] {
  const rows: string[][] = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const [sign, row] = [text[i]!, rows.at(-1)!];
    const add = (what: string): void => {
      row[row.length - 1]! += what;
    };
    if (quoted && sign === '"' && text[i + 1] === '"') {
      add('"');
      i++;
    } else if (sign === '"') quoted = !quoted;
    else if (quoted) add(sign);
    else if (sign === separator) row.push("");
    else if (sign === "\n") rows.push([""]);
    else if (sign !== "\r") add(sign);
  }
  return rows;
}
