import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** `file:line` of the line that holds the marker, in the file with this `import.meta.url`; between quotes it does not count. */
export function place(url: string, marker: string): string {
  const file = fileURLToPath(url);
  const lines = readFileSync(file, "utf8").split("\n");
  const at = lines.flatMap((line, i) => (line.replaceAll(`"${marker}"`, "").includes(marker) ? [i + 1] : []));
  if (at.length !== 1) throw new Error(`the marker "${marker}" stands in ${at.length} lines of ${file}`);
  return `${relative(process.cwd(), file)}:${at[0]!}`;
}

/** A message without the columns behind its lines. */
export const withoutColumns = (message: string): string => message.replace(/(\.ts:\d+):\d+/g, "$1");
