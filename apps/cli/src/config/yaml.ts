import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, parseDocument, type YAMLError } from "yaml";

/** A configuration is a page or two; 128 KiB also hold the name map of a large network, and bound what a text from a stranger can cost. [ours] */
export const mostBytes = 131_072;
const mostDepth = 32;
/** Values of a text with its aliases written out. */
const mostValues = 50_000;

/** What is wrong with a text: in words, and the offset where. */
export interface Problem {
  readonly kind: "yaml" | "duplicate-key" | "refused";
  readonly offset: number;
  /** The message, or the key that stands twice. */
  readonly why: string;
}
export type Parsed = { readonly document: Document; readonly value: unknown } | { readonly problem: Problem };

/** Whether a key is refused: every object has something of this name (`constructor`, `toString`, `__proto__`, …), which code that copies or looks up keys could take for it. */
export const isForbidden = (key: string): boolean => key in Object.prototype || key === "prototype";

/**
 * YAML 1.2 (JSON too) of the core schema, whatever the text's own directives ask for, as plain values: no tags, no merge keys, keys are text and stand once.
 * At most 32 levels and 50,000 values with every alias written out; aliases to a value around them are refused so, and so are keys
 * that {@link isForbidden}. Nothing is thrown for any text of at most {@link mostBytes}. [ours]
 */
export const parseYaml = (text: string, lineCounter?: LineCounter): Parsed => {
  try {
    const document: Document = parseDocument(text, {
      ...{ version: "1.2", schema: "core", merge: false, resolveKnownTags: false },
      // the library compares every key with every other one; `problemOf` needs one look a key
      uniqueKeys: false,
      ...{ prettyErrors: false, logLevel: "error" },
      ...(lineCounter && { lineCounter }),
    });
    const [error] = document.errors as readonly (YAMLError | undefined)[];
    if (error)
      return { problem: { kind: "yaml", offset: error.pos[0], why: error.message.replace(/\.$/, "").replace(/\s+/g, " ").slice(0, 300) } };
    const problem = problemOf(document.contents, 0);
    if (problem) return { problem };
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return isSmall(value) ? { document, value } : refused(0, tooMuch);
  } catch (e) {
    // The library recurses: what is nested too deeply for it ends here.
    if (e instanceof RangeError || e instanceof SyntaxError) return refused(0, tooDeep);
    if (!(e instanceof ReferenceError)) throw e;
    const why = e.message.startsWith("Excessive") ? tooMuch : e.message.replace(/\s+/g, " ").slice(0, 300);
    return why === tooMuch ? refused(0, why) : { problem: { kind: "yaml", offset: 0, why } };
  }
};

const tooDeep = `is nested more than ${mostDepth} levels deep. Expected a configuration. Take the nesting out`;
const tooMuch = `holds more than ${mostValues} values once its aliases are written out, or more than 100 aliases. Expected a configuration. Write the values themselves`;
const refused = (offset: number, why: string): { readonly problem: Problem } => ({ problem: { kind: "refused", offset, why } });

const problemOf = (node: unknown, depth: number): Problem | undefined => {
  if (!isNode(node) || isAlias(node)) return undefined;
  const offset = node.range?.[0] ?? 0;
  if (depth > mostDepth) return refused(offset, tooDeep).problem;
  if (node.tag !== undefined && !/^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(node.tag))
    return refused(offset, `has the tag "${node.tag.slice(0, 60)}". Expected plain YAML. Take the tag out`).problem;
  if (isSeq(node)) return firstOf(node.items, (item) => problemOf(item, depth + 1));
  if (!isMap(node)) return undefined;
  const seen = new Set<string>();
  return firstOf(node.items, ({ key, value }) => {
    const at = isNode(key) ? (key.range?.[0] ?? offset) : offset;
    if (!isScalar(key)) return refused(at, "has a key that is no text. Expected one. Write the key itself").problem;
    const name = String(key.value);
    if (isForbidden(name)) return refused(at, `has the key "${name}", which no configuration may have. Take it out`).problem;
    if (seen.has(name)) return { kind: "duplicate-key", offset: at, why: name.slice(0, 60) };
    seen.add(name);
    return problemOf(key, depth) ?? problemOf(value, depth + 1);
  });
};

const firstOf = <T>(items: readonly T[], look: (item: T) => Problem | undefined): Problem | undefined => {
  for (const item of items) {
    const found = look(item);
    if (found) return found;
  }
  return undefined;
};

const isSmall = (whole: unknown): boolean => {
  let left = mostValues;
  const fits = (value: unknown, depth: number): boolean => {
    if (--left < 0 || depth > mostDepth) return false;
    return typeof value !== "object" || value === null || Object.values(value).every((inner) => fits(inner, depth + 1));
  };
  return fits(whole, 0);
};
