import { readFileSync, statSync } from "node:fs";
import { isMap, isNode, isScalar, LineCounter } from "yaml";
import { badYaml, configNotFound, configNotReadable, configRefused, configTooLarge, duplicateKey, notAMapping } from "./errors.js";
import { isUserError } from "../errors.js";
import { shown } from "./shown.js";
import { mostBytes, parseYaml } from "./yaml.js";

/** A configuration as written, and where each part of it stands. */
export interface Source {
  readonly file: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** "file:line:column" of a key's value, or of the nearest thing around it. */
  readonly at: (path: readonly (string | number)[]) => string;
  /** Whether the user gave the value at a path on the command line; else it comes from a file, which may be a stranger's. */
  readonly isGiven: (path: readonly string[]) => boolean;
}

/** Reads YAML 1.2 or JSON (which is YAML); throws config/not-found, /not-readable, /too-large, /yaml, /refused, /duplicate-key and /not-a-mapping. */
export const readSource = (file: string): Source => {
  let text: string;
  try {
    const found = statSync(file);
    if (!found.isFile() && !found.isDirectory()) throw configNotReadable(file, "it is no regular file");
    if (found.size > mostBytes) throw configTooLarge(file, found.size, mostBytes);
    text = readFileSync(file, "utf8");
  } catch (e) {
    if (isUserError(e)) throw e;
    const code = (e as NodeJS.ErrnoException).code ?? "unknown";
    throw code === "ENOENT" ? configNotFound(file) : configNotReadable(file, code);
  }
  return parseSource(text, file);
};

/** The same of a text; `file` is what messages call it. */
export const parseSource = (text: string, file: string): Source => {
  const lines = new LineCounter();
  const parsed = parseYaml(text, lines);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if ("problem" in parsed) {
    const { kind, offset, why } = parsed.problem;
    throw { yaml: badYaml, refused: configRefused, "duplicate-key": duplicateKey }[kind](place(offset), why);
  }
  const { document, value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAMapping(file, shown(value));
  const at = (path: readonly (string | number)[]): string => {
    for (let n = path.length; n > 0; n--) {
      const parent: unknown = document.getIn(path.slice(0, n - 1), true) ?? (n === 1 ? document.contents : undefined);
      const key = path[n - 1];
      // A key is a better place to point at than its value, which may start on the next line.
      const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key)) : undefined;
      const node: unknown = pair?.key ?? document.getIn(path.slice(0, n), true);
      if (isNode(node) && node.range) return place(node.range[0]);
    }
    return file;
  };
  return { file, value: value as Record<string, unknown>, at, isGiven: () => false };
};
