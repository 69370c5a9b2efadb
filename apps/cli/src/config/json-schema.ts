import { z } from "zod";
import type { Kind } from "../resolve/offers.js";
import type { JsonSchema, Offering } from "../resolve/offerings.js";
import { configuration } from "./schema.js";

const title = "Configuration of SegDistill";

/** Whether a text is a schema that {@link configurationSchema} made: such a file may be written anew. */
export const isOwnSchema = (text: string): boolean => text.includes(`"title": "${title}"`);

/** Where a configuration names something that a package offers. */
const places: readonly { readonly path: readonly string[]; readonly kind: Kind }[] = [
  { path: ["data", "train"], kind: "datasets" },
  { path: ["data", "unlabelled"], kind: "datasets" },
  { path: ["data", "validation"], kind: "datasets" },
  { path: ["data", "test", "*"], kind: "datasets" },
  { path: ["teacher"], kind: "networks" },
  { path: ["student"], kind: "networks" },
  { path: ["distil", "methods", "*"], kind: "methods" },
];

/**
 * One JSON Schema (draft 2020-12) of a configuration as it is written, for editors: zod's own of the grammar, in which every place that names a data set,
 * network or method knows the options of what `use` names there, as the installed packages offer them.
 */
export const configurationSchema = (offerings: readonly Offering[]): JsonSchema => {
  const base = z.toJSONSchema(configuration, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const defs: Record<string, unknown> = {};
  const known = offerings.map((one) => hoisted(one, defs));
  const whole = places.reduce<JsonSchema>((schema, { path, kind }) => {
    const of = known.filter((one) => one.kind === kind);
    return changed(schema, path, (entry) => byUse(entry, of));
  }, base);
  const { $schema, ...complete } = whole;
  return {
    $schema,
    title,
    if: { type: "object", required: ["extends"] },
    then: { $ref: "#/$defs/part" },
    else: { $ref: "#/$defs/whole" },
    $defs: { whole: complete, part: { ...partial(complete), properties: { extends: extend, ...partial(complete).properties } }, ...defs },
  };
};

const extend = {
  type: "string",
  description: "another configuration that this one is laid over; the path is taken from this file's folder",
};

/** The same for a file that extends another: whatever it leaves out that one may have, and null takes a key out. */
const partial = (schema: JsonSchema): JsonSchema => {
  const { required, oneOf, minProperties, maxProperties, ...rest } = schema;
  void [required, oneOf, minProperties]; // what asks for keys
  const { properties, items, additionalProperties, allOf = [], anyOf } = rest as Record<string, unknown>;
  const inner = (piece: unknown): unknown => (typeof piece === "object" && piece !== null ? partial(piece as JsonSchema) : piece);
  const orNull = (piece: unknown): unknown => (typeof piece === "object" ? { anyOf: [inner(piece), { type: "null" }] } : piece);
  const all = [
    ...(allOf as JsonSchema[]).map((one) => ({ ...one, then: inner(one["then"]) })),
    ...(maxProperties === 1 ? notTogether(Object.keys((properties as object | undefined) ?? {})) : []),
  ];
  return {
    ...rest,
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties as object).map(([key, piece]) => [key, orNull(piece)])),
    }),
    // entries of lists are whole: lists are replaced, not merged
    ...(items !== undefined && { items }),
    ...(additionalProperties !== undefined && { additionalProperties: inner(additionalProperties) }),
    ...(anyOf !== undefined && { anyOf: (anyOf as readonly unknown[]).map(inner) }),
    ...(all.length > 0 && { allOf: all }),
  } as JsonSchema;
};

/** Of each two keys one at most has a value: a key that null takes out does not count, so that a choice can be changed. */
const notTogether = (keys: readonly string[]): readonly object[] => {
  const valued = (key: string) => ({ required: [key], properties: { [key]: { not: { type: "null" } } } });
  return keys.flatMap((one, i) => keys.slice(i + 1).map((other) => ({ not: { allOf: [valued(one), valued(other)] } })));
};

/** A schema in which the piece at a path of properties is another; "*" stands for every item or value. */
const changed = (schema: JsonSchema, [key, ...rest]: readonly string[], change: (piece: JsonSchema) => JsonSchema): JsonSchema => {
  if (key === undefined) return change(schema);
  if (key !== "*") return { ...schema, properties: { ...schema.properties, [key]: changed(schema.properties![key]!, rest, change) } };
  const inner = "items" in schema ? "items" : "additionalProperties";
  return { ...schema, [inner]: changed(schema[inner] as JsonSchema, rest, change) };
};

/** An entry whose further keys follow from what it uses. */
const byUse = (entry: JsonSchema, offerings: readonly Offering[]): JsonSchema => {
  const { properties = {}, additionalProperties, ...rest } = entry;
  void additionalProperties; // left open by the grammar, closed below
  const own = Object.fromEntries(Object.keys(properties).map((key) => [key, true]));
  return {
    ...rest,
    properties: { ...properties, use: { ...properties["use"], enum: offerings.flatMap(({ uses }) => uses) } },
    allOf: offerings.map(({ uses, options }) => ({
      if: { properties: { use: { enum: uses } }, required: ["use"] },
      then:
        options === null
          ? {}
          : {
              ...(options.required && { required: options.required }),
              properties: { ...own, ...options.properties },
              additionalProperties: options["additionalProperties"] ?? false,
            },
    })),
  };
};

/** An offering whose shared pieces stand in the one list of the whole, under names of their own. */
const hoisted = (offering: Offering, into: Record<string, unknown>): Offering => {
  if (offering.options?.["$defs"] === undefined) return offering;
  const name = (inner: string): string => `${offering.uses[0]}/${inner}`.replace(/[^A-Za-z0-9_-]/g, "_");
  const text = JSON.stringify(offering.options).replace(/"#\/\$defs\/([^"/]+)/g, (_, inner: string) => `"#/$defs/${name(inner)}`);
  const { $defs, ...options } = JSON.parse(text) as JsonSchema;
  for (const [inner, piece] of Object.entries($defs as object)) into[name(inner)] = piece;
  return { ...offering, options };
};
