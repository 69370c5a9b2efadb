import type { Json } from "../contract/index.js";

const leaves = (value: Json, at: string, into: Map<string, string>): Map<string, string> => {
  const inner = typeof value === "object" && value !== null ? Object.entries(value as Readonly<Record<string, Json>>) : [];
  if (inner.length === 0) into.set(at, JSON.stringify(value));
  for (const [key, item] of inner) leaves(item, at === "" ? key : `${at}.${key}`, into);
  return into;
};
const short = (text: string | undefined): string => (text === undefined ? "left out" : text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** Where two plain values differ, leaf by leaf in the order of the second: `distil.epochs is 40 there and 50 here`. */
export function differences(there: Json, here: Json): readonly string[] {
  const [a, b] = [leaves(there, "", new Map()), leaves(here, "", new Map())];
  return [...new Set([...b.keys(), ...a.keys()])]
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => `${key === "" ? "the whole" : key} is ${short(a.get(key))} there and ${short(b.get(key))} here`);
}
