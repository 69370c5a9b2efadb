/** Of a stream, what is used here. */
export interface Out {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** Columns that lines must not exceed; Infinity where it is no terminal, so that a pipe gets whole lines. */
export const columnsOf = ({ isTTY, columns }: Out = process.stdout): number => (isTTY === true && columns ? columns : Infinity);

/** Text for people on standard output: on a terminal no line is longer than it is wide, and names from files cannot steer the terminal. */
export const write = (text: string, out: Out = process.stdout): void => void out.write(wrapped(visible(text), columnsOf(out)));

/** Text for people and programs, such as a table in Markdown or CSV: no line is cut, and it cannot steer the terminal either. The line ends of CSV stay. */
export const writeWhole = (text: string, out: Out = process.stdout): void => void out.write(text.split("\r\n").map(visible).join("\r\n"));

/** Control characters, of which escape sequences are made, as a sign that can be seen. */
export const visible = (text: string): string => text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "�");

/** One object on a line of its own, for programs: never cut. Control characters stand escaped, also those that JSON lets through. */
export const writeJson = (value: unknown, out: Out = process.stdout): void => {
  const escaped = (sign: string): string => `\\u00${sign.charCodeAt(0).toString(16)}`;
  out.write(`${JSON.stringify(value).replace(/[\u007f-\u009f]/g, escaped)}\n`);
};

/**
 * Lines cut at spaces so that none is longer than `columns` (Unicode characters); what follows is indented as the line was, by two more. A word
 * that is longer than that, such as a path, is cut where it must.
 */
export const wrapped = (text: string, columns: number): string =>
  columns === Infinity
    ? text
    : text
        .split("\n")
        .map((line) => cut(Array.from(line.trimEnd()), columns, nextIndent(line, columns)).join("\n"))
        .join("\n");

const nextIndent = (line: string, columns: number): number => Math.min(line.search(/\S|$/) + 2, Math.floor(columns / 2));

const cut = (line: readonly string[], columns: number, indent: number): readonly string[] => {
  if (line.length <= columns) return [line.join("")];
  const space = line.lastIndexOf(" ", columns);
  const end = line.slice(0, space + 1).some((sign) => sign !== " ") ? space : columns;
  const rest = Array.from(line.slice(end).join("").trimStart());
  return [line.slice(0, end).join("").trimEnd(), ...cut([...Array.from(" ".repeat(indent)), ...rest], columns, indent)];
};
