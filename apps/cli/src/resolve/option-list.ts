import type { JsonSchema } from "./offerings.js";

/** One option of a method, network or data set, for people. */
export interface ListedOption {
  readonly name: string;
  /** What may be written: "whole number from 1", "pixel | element". */
  readonly kind: string;
  /** As it is written in YAML's flow style; null where there is none. */
  readonly default: unknown;
  readonly required: boolean;
  /** Where the default comes from; null where its package does not say. */
  readonly source: string | null;
  readonly description: string;
}

/** The end of a description that says where a default comes from: "[paper 3.1]", "[code]", "[inferred]", "[ours]". */
const sourceMark = /\s*\[((?:paper|code|inferred|ours)\b[^\]]*)\]\s*$/;

/** The options of a schema in the order they were written in. The source of a default stands in brackets at the end of its description. */
export const optionList = (schema: JsonSchema): readonly ListedOption[] =>
  Object.entries(schema.properties ?? {}).map(([name, piece]) => {
    const described = typeof piece["description"] === "string" ? piece["description"] : "";
    return {
      name,
      kind: kindOf(piece),
      default: piece["default"] ?? null,
      required: schema.required?.includes(name) === true,
      source: sourceMark.exec(described)?.[1] ?? null,
      description: described.replace(sourceMark, ""),
    };
  });

const kindOf = (piece: JsonSchema): string => {
  const either = (piece["anyOf"] ?? piece["oneOf"]) as readonly JsonSchema[] | undefined;
  if (either) return [...new Set(either.map(kindOf))].join(" | ");
  if (Array.isArray(piece["enum"])) return piece["enum"].map(String).join(" | ");
  if ("const" in piece) return String(piece["const"]);
  switch (piece["type"]) {
    case "integer":
    case "number":
      return `${piece["type"] === "integer" ? "whole number" : "number"}${range(piece)}`;
    case "string":
      return "text";
    case "boolean":
      return "true | false";
    case "array":
      return Array.isArray(piece["prefixItems"])
        ? `[${piece["prefixItems"].map((one) => kindOf(one as JsonSchema)).join(", ")}]`
        : `list of ${kindOf((piece["items"] ?? {}) as JsonSchema)}`;
    case "object":
      return piece.properties ? `{ ${Object.keys(piece.properties).join(", ")} }` : "mapping";
    default:
      return "anything";
  }
};

/** zod writes the ends of the safe integers where there is no end. */
const range = (piece: JsonSchema): string => {
  const bound = (word: string, value: unknown): string =>
    typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? ` ${word} ${value}` : "";
  return (
    bound("from", piece["minimum"]) +
    bound("above", piece["exclusiveMinimum"]) +
    bound("to", piece["maximum"]) +
    bound("below", piece["exclusiveMaximum"])
  );
};
