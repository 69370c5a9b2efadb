/** Rows of cells as lines, two spaces between; the first `left` columns are set left, the others right. */
export const table = (rows: readonly (readonly string[])[], left = 1): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) => row.map((cell, column) => (column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
};
