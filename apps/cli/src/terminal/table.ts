import { wrapped } from "./write.js";

/**
 * Rows of cells as lines, two spaces between; the first `left` columns are set left, the others right. Where a line would be longer than `columns`
 * the rows stand below each other instead, each cell after the head of its column: the first row is the head.
 */
export const table = (rows: readonly (readonly string[])[], left = 1, columns = Infinity): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lines = rows
    .map((row) => row.map((cell, column) => (column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "))
    .map((line) => line.trimEnd());
  const fits = lines.every((line) => line.length <= columns);
  return (fits ? lines : stacked(rows, columns)).map((line) => `${line}\n`).join("");
};

const stacked = ([head = [], ...rows]: readonly (readonly string[])[], columns: number): readonly string[] =>
  rows.flatMap(([first = "", ...cells]) => [
    ...(first === "" ? [] : [wrapped(first, columns)]),
    ...cells.flatMap((cell, i) =>
      cell === "" ? [] : [wrapped(`  ${head[i + 1] === "" ? "" : `${head[i + 1] ?? ""}: `}${cell}`, columns)],
    ),
  ]);
