/** The middle value; the mean of the two middle ones of an even count. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Rounded to some digits after the point. */
export const rounded = (value, digits = 0) => Number(value.toFixed(digits));

/** A quotient to some digits; null where one of the two is no number. */
export const divided = (a, b, digits = 3) => (typeof a === "number" && typeof b === "number" ? rounded(a / b, digits) : null);

/** Rows of words as lines of columns; the first column is left-aligned, the others right-aligned. */
export function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  return rows.map((row) => row.map((word, i) => (i === 0 ? String(word).padEnd(widths[i]) : String(word).padStart(widths[i]))).join("  "));
}

/** Precisions as the results of a bench name them. */
export const short = { float32: "fp32", bfloat16: "bf16" };
