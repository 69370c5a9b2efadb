import type { z } from "zod";
import { missingKey, unknownKey, unknownValue, wrongValue } from "./errors.js";
import type { UserError } from "../errors.js";
import { dotted, shown } from "./shown.js";

type Path = readonly (string | number)[];
type Issue = z.core.$ZodIssue;

/** Who is checked: where a path stands in the file, and the path of the value that is checked. */
export interface Place {
  readonly at: (path: Path) => string;
  readonly path: Path;
  /** Keys that somebody else reads beside the schema's own (use, weight): named among the known ones. */
  readonly beside?: readonly string[];
}

/** The value as the schema resolves it, or the first fault as an error that names file, path, expected, found and what exists. */
export const check = <S extends z.ZodType>(schema: S, value: unknown, place: Place): z.output<S> => {
  const unknown = loose(schema, value);
  if (unknown !== undefined) throw unknownKey(place.at([...place.path, unknown]), dotted(place.path), unknown, known(schema, place));
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw told(worst(result.error.issues), schema, value, place);
};

/** A key that the schema would drop without a word: plugins may write z.object where z.strictObject is meant. */
const loose = (schema: z.ZodType, value: unknown): string | undefined => {
  const { def } = schema as unknown as Inner;
  if (def.type !== "object" || def.catchall !== undefined || typeof value !== "object" || value === null) return undefined;
  return Object.keys(value).find((key) => !keysOf(schema).includes(key));
};

const known = (schema: z.ZodType, place: Place): string[] => [...keysOf(schema), ...(place.beside ?? [])];

/** Unknown keys first: a misspelt key is also a missing one, and the misspelling is what helps. */
const worst = (issues: readonly Issue[]): Issue => issues.find((i) => i.code === "unrecognized_keys") ?? issues[0]!;

const told = (issue: Issue, schema: z.ZodType, value: unknown, place: Place): UserError => {
  const own = issue.path as Path;
  const path = [...place.path, ...own];
  const found = own.reduce<unknown>((v, key) => (v as Record<string | number, unknown> | undefined)?.[key], value);
  const at = place.at(path);
  const here = schemaAt(schema, own);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    return unknownKey(place.at([...path, key]), dotted(path), key, [...keysOf(here), ...(own.length === 0 ? (place.beside ?? []) : [])]);
  }
  if (issue.code === "invalid_union" && found !== undefined) {
    const branch = nearestBranch(issue, here, found);
    if (typeof branch === "string") return unknownKey(place.at([...path, branch]), dotted(path), branch, keysOf(here));
    if (branch) return told({ ...branch.issue, path: [...own, ...branch.issue.path] }, leadingTo(own, branch.schema), value, place);
  }
  const expected = expectation(issue, here);
  if (found === undefined) return missingKey(at, dotted(path), expected);
  if (issue.code === "invalid_value" && typeof found === "string" && issue.values.length > 1)
    return unknownValue(at, dotted(path), found, issue.values.map(String));
  return wrongValue(at, dotted(path) || "the configuration", expected, shown(found));
};

/** Of a union: a key that no branch knows; the branch that knows the keys; nothing where no branch is of this kind at all. */
const nearestBranch = (
  issue: z.core.$ZodIssueInvalidUnion,
  union: z.ZodType | undefined,
  found: unknown,
): string | { issue: Issue; schema: z.ZodType } | undefined => {
  const branches = union ? branchesOf(union) : [];
  const keys = typeof found === "object" && found !== null && !Array.isArray(found) ? Object.keys(found) : [];
  const strange = branches.some((b) => keysOf(b).length > 0) ? keys.find((key) => !keysOf(union).includes(key)) : undefined;
  if (strange !== undefined) return strange;
  const candidates = issue.errors
    .map((issues, i) => ({ issues: issues, schema: branches[i]! }))
    .filter(({ issues }) => issues.some((i) => i.path.length > 0 || !["invalid_type", "invalid_value"].includes(i.code)))
    .sort((a, b) => shared(keys, b.schema) - shared(keys, a.schema));
  const [best] = candidates;
  return best && { issue: worst(best.issues), schema: best.schema };
};
const shared = (keys: readonly string[], schema: z.ZodType): number => keys.filter((k) => keysOf(schema).includes(k)).length;

/** The words for what a schema asks for. */
const expectation = (issue: Issue, schema: z.ZodType | undefined): string => {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "number" ? number(schema) : (kinds[issue.expected] ?? issue.expected);
    case "invalid_value":
      return issue.values.map((v) => JSON.stringify(v)).join(" or ");
    case "too_small":
      return issue.origin === "array" || issue.origin === "set"
        ? `a list of at least ${issue.minimum}`
        : issue.origin === "string"
          ? `text of at least ${issue.minimum} letters`
          : `${number(schema)} ${issue.inclusive ? "of at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array"
        ? `a list of at most ${issue.maximum}`
        : `${number(schema)} ${issue.inclusive ? "of at most" : "below"} ${issue.maximum}`;
    case "invalid_union":
      return schema ? [...new Set(branchesOf(schema).map(kindOf))].join(" or ") : "another kind of value";
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    default:
      return issue.message;
  }
};
const number = (schema: z.ZodType | undefined): string =>
  schema && (bare(schema) as unknown as Inner).def.format === "safeint" ? "a whole number" : "a number";
const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  tuple: "a list",
};

/** As much of zod's own description as is read here. */
interface Inner {
  readonly def: {
    readonly type: string;
    readonly format?: string;
    readonly shape?: Readonly<Record<string, z.ZodType>>;
    readonly catchall?: z.ZodType;
    readonly innerType?: z.ZodType;
    readonly in?: z.ZodType;
    readonly element?: z.ZodType;
    readonly items?: readonly z.ZodType[];
    readonly valueType?: z.ZodType;
    readonly options?: readonly z.ZodType[];
    readonly values?: readonly unknown[];
    readonly getter?: () => z.ZodType;
  };
}

/** A schema without what is wrapped around it (default, optional, pipe, lazy). */
const bare = (schema: z.ZodType): z.ZodType => {
  const { def } = schema as unknown as Inner;
  const inner = def.innerType ?? (def.type === "pipe" ? def.in : undefined) ?? (def.type === "lazy" ? def.getter?.() : undefined);
  return inner ? bare(inner) : schema;
};
const branchesOf = (schema: z.ZodType): readonly z.ZodType[] => (bare(schema) as unknown as Inner).def.options ?? [];

/** Keys of a mapping's schema; of a union, those of all its branches. */
const keysOf = (schema: z.ZodType | undefined): string[] => {
  if (!schema) return [];
  const { def } = bare(schema) as unknown as Inner;
  return def.shape ? Object.keys(def.shape) : [...new Set((def.options ?? []).flatMap(keysOf))];
};

const kindOf = (schema: z.ZodType): string => {
  const { def } = bare(schema) as unknown as Inner;
  if (def.type === "literal") return (def.values ?? []).map((v) => JSON.stringify(v)).join(" or ");
  if (def.shape) return `a mapping (${keysOf(schema).join(", ")})`;
  return kinds[def.type] ?? def.type;
};

const stepTo = (schema: z.ZodType, key: string | number): z.ZodType | undefined => {
  const { def } = bare(schema) as unknown as Inner;
  if (def.shape) return def.shape[key];
  if (def.options) return def.options.map((o) => stepTo(o, key)).find((s) => s !== undefined);
  return def.element ?? def.items?.[Number(key)] ?? def.valueType;
};
const schemaAt = (schema: z.ZodType, path: Path): z.ZodType | undefined =>
  path.reduce<z.ZodType | undefined>((s, key) => s && stepTo(s, key), schema);

/** Below a union the chosen branch stands in for it: a schema that leads along `path` to `branch`. */
const leadingTo = (path: Path, branch: z.ZodType): z.ZodType =>
  path.reduceRight<unknown>((inner, key) => ({ def: { type: "object", shape: { [key]: inner } } }), branch) as z.ZodType;
