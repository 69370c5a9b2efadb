import type { Json } from "../contract/index.js";
import { notPlainData } from "./errors.js";

const kind = (value: unknown): string => {
  if (typeof value === "number") return String(value);
  if (typeof value === "object" && value !== null) {
    const prototype = Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: string } } | null;
    return `an object of type ${prototype?.constructor?.name ?? "unknown"}`;
  }
  return value === undefined ? "undefined" : `a ${typeof value}`;
};

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const text = (value: unknown, at: string, above: readonly unknown[]): string => {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (above.includes(value)) throw notPlainData(at, "a value that contains itself");
  if (Array.isArray(value)) {
    // Array.from, because map leaves the holes of a sparse list out.
    return `[${Array.from<unknown, string>(value, (item, i) => text(item, `${at}[${i}]`, [...above, value])).join(",")}]`;
  }
  if (isMapping(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${text(value[key], `${at}.${key}`, [...above, value])}`).join(",")}}`;
  }
  throw notPlainData(at, kind(value));
};

/**
 * The one text of plain data: equal data, equal text.
 * Keys sorted by UTF-16 code units, no white space, numbers and texts as JSON.stringify writes them (so −0 is 0); as RFC 8785.
 *
 * @param name what the value is called in messages
 * Throws (hash/not-plain-data) where a value is NaN, infinite, undefined, a function, a symbol, a bigint, a typed array, a Date or contains itself.
 * Source: our choice.
 *
 * @example
 * canonicalJson({ b: [1, 2.5], a: null }); // {"a":null,"b":[1,2.5]}
 */
export const canonicalJson = (value: Json, name = "value"): string => text(value, name, []);
