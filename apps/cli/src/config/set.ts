import { badSet } from "../errors.js";
import type { Source } from "./read.js";
import { dotted } from "./shown.js";
import { isForbidden, mostBytes, parseYaml } from "./yaml.js";

type Tree = Record<string, unknown> | unknown[];
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/**
 * A source with `a.b=value` texts laid over it, in order. Values are YAML ("3", "[0, 1]", "{ poly: 0.9 }"); numbers in the path count list
 * entries from 0; mappings that are missing on the way are made; `null` takes a key out. Throws config/set.
 */
export const overlay = (source: Source, texts: readonly string[]): Source => {
  const value = structuredClone(source.value) as Record<string, unknown>;
  const set: { readonly path: string; readonly text: string }[] = [];
  for (const text of texts) {
    const { path, found } = parsed(text);
    put(value, path, found, text);
    set.push({ path: dotted(path), text });
  }
  const at: Source["at"] = (path) => {
    const here = dotted(path);
    const over = set.findLast((s) => here === s.path || here.startsWith(`${s.path}.`));
    return over ? `--set ${over.text}` : source.at(path);
  };
  return { file: source.file, value, at };
};

const parsed = (text: string): { path: readonly string[]; found: unknown } => {
  const equals = text.indexOf("=");
  if (equals < 1) throw badSet(text, equals < 0 ? 'has no "="' : 'has nothing before "="');
  const path = text.slice(0, equals).trim().split(".");
  if (path.some((part) => part === "" || isForbidden(part))) throw badSet(shortened(text), "has an empty or forbidden part in its path");
  if (path[0] === "extends") throw badSet(text, "comes too late: what a configuration extends is read first");
  if (text.length > mostBytes) throw badSet(shortened(text), `has ${text.length} letters, more than ${mostBytes}`);
  const found = parseYaml(text.slice(equals + 1));
  if (!("problem" in found)) return { path, found: found.value };
  const { kind, why } = found.problem;
  if (kind === "refused") throw badSet(shortened(text), why);
  throw badSet(shortened(text), `has a value that is not valid YAML: ${kind === "yaml" ? why : `key "${why}" stands twice`}`);
};

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const put = (into: Record<string, unknown>, path: readonly string[], found: unknown, text: string): void => {
  let here: Tree = into;
  for (const [n, part] of path.entries()) {
    const last = n === path.length - 1;
    if (Array.isArray(here)) {
      const index = Number(part);
      if (!Number.isInteger(index) || index < 0 || index >= here.length)
        throw badSet(text, `asks for entry "${part}" of ${dotted(path.slice(0, n))}, which is a list of ${here.length} (counted from 0)`);
      if (last && found === null) here.splice(index, 1);
      else if (last) here[index] = found;
      else here = stepInto(here[index], path, n, text);
      continue;
    }
    if (last && found === null) Reflect.deleteProperty(here, part);
    else if (last) here[part] = found;
    else {
      if (!Object.hasOwn(here, part) || here[part] === null) here[part] = {};
      here = stepInto(here[part], path, n, text);
    }
  }
};

const stepInto = (value: unknown, path: readonly string[], n: number, text: string): Tree => {
  if (!isTree(value)) throw badSet(text, `goes into ${dotted(path.slice(0, n + 1))}, which is a single value and holds no keys`);
  return value;
};
