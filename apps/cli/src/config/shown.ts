/** What was found, for a message: numbers and true/false as they are, text in quotes, the rest by its kind; cut at 60 letters. */
export const shown = (value: unknown): string => {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return `a mapping (${Object.keys(value).join(", ") || "empty"})`;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
};

/** A path as it is written in messages and in `--set`: "distil.methods.0.weight". */
export const dotted = (path: readonly PropertyKey[]): string => path.map(String).join(".");
