import { readFileSync } from "node:fs";
import { isMap, isNode, isScalar, LineCounter, parseDocument, type YAMLError } from "yaml";
import { badYaml, configNotFound, configNotReadable, duplicateKey, notAMapping, type UserError } from "../errors.js";
import { shown } from "./shown.js";

/** A configuration as written, and where each part of it stands. */
export interface Source {
  readonly file: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** "file:line:column" of a key's value, or of the nearest thing around it. */
  readonly at: (path: readonly (string | number)[]) => string;
}

/** Reads YAML 1.2 or JSON (which is YAML); throws config/not-found, config/yaml, config/duplicate-key and config/not-a-mapping. */
export const readSource = (file: string): Source => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code ?? "unknown";
    throw code === "ENOENT" ? configNotFound(file) : configNotReadable(file, code);
  }
  return parseSource(text, file);
};

/** The same of a text; `file` is what messages call it. */
export const parseSource = (text: string, file: string): Source => {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: "1.2", prettyErrors: false, lineCounter: lines });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw broken(error, text, place);
  const value: unknown = document.toJS();
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
  return { file, value: value as Record<string, unknown>, at };
};

const broken = (error: YAMLError, text: string, place: (offset: number) => string): UserError => {
  const at = place(error.pos[0]);
  if (error.code !== "DUPLICATE_KEY") return badYaml(at, error.message.replace(/\.$/, "").replace(/\s+/g, " "));
  const key = /^(["']?)([^"':\s]+)\1/.exec(text.slice(error.pos[0]))?.[2] ?? "?";
  return duplicateKey(at, key);
};
