import type { z } from "zod";
import { writeAtomic } from "./atomic.js";
import { codeOf, fileMissing, notAsSchema, notJson, otherSchema } from "./errors.js";
import { readForeignJson, unlikeOurs, type ParsedJson } from "./foreign-file.js";

/** How messages speak of one kind of file. */
export interface JsonFileKind {
  /** Who says it: "results", "student". */
  readonly who: string;
  /** What to do where the file is missing. */
  readonly missing: string;
  /** What to do where it is damaged. */
  readonly damaged: string;
}

const shown = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || value === null) return String(value);
  const json = JSON.stringify(value) as string | undefined;
  const text = json ?? `a ${typeof value}`;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
/** Keys of a stranger's file are part of a message, and may be of any length. */
const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 197)}…` : text);
const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );

/** The first three problems of a value, each with its place and what was found there. */
export const problemsOf = (error: z.core.$ZodError, value: unknown): string[] => {
  const all = error.issues.slice(0, 3).map((issue) => {
    const where = shortened(issue.path.map(String).join(".") || "the file");
    const what = shortened(issue.message)
      .replace(/^Invalid input: expected/, "expected")
      .replace(/, received .*$/, "");
    return `${where}: ${what}, found ${shown(at(value, issue.path))}`;
  });
  return error.issues.length > 3 ? [...all, `and ${error.issues.length - 3} more`] : all;
};

/** Checks a value against a schema. Throws (who/invalid) with the first three problems, each with its place and what was found there. */
export function checkJson<T>(schema: z.ZodType<T>, value: unknown, file: string, kind: JsonFileKind): T {
  const odd = unlikeOurs(value);
  if (odd !== null) throw notAsSchema(kind.who, file, [`the file: ${odd}`], kind.damaged);
  const checked = schema.safeParse(value);
  if (!checked.success) throw notAsSchema(kind.who, file, problemsOf(checked.error, value), kind.damaged);
  return checked.data;
}

/** Reads and checks a JSON file that carries `schema: 1`. Throws who/missing, who/not-json, who/other-schema, who/invalid; file/link, file/too-large, file/not-readable. */
export function readJsonFile<T>(schema: z.ZodType<T>, file: string, kind: JsonFileKind): Promise<T> {
  return Promise.resolve().then(() => checkParsed(schema, parsedFile(file, kind), file, kind));
}

const parsedFile = (file: string, kind: JsonFileKind): ParsedJson => {
  try {
    return readForeignJson(file);
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? fileMissing(kind.who, file, kind.missing) : error;
  }
};

const checkParsed = <T>(schema: z.ZodType<T>, parsed: ParsedJson, file: string, kind: JsonFileKind): T => {
  if ("problem" in parsed) {
    throw parsed.problem === null
      ? notJson(kind.who, file, kind.damaged)
      : notAsSchema(kind.who, file, [`the file: ${parsed.problem}`], kind.damaged);
  }
  const found = at(parsed.value, ["schema"]);
  if (found !== undefined && found !== 1) throw otherSchema(kind.who, file, shown(found));
  return checkJson(schema, parsed.value, file, kind);
};

/** Checks a value and writes it, indented by two spaces. Throws who/invalid before anything is written, and what {@link writeAtomic} throws. */
export async function writeJsonFile<T>(schema: z.ZodType<T>, value: T, file: string, kind: JsonFileKind): Promise<void> {
  checkJson(schema, value, file, kind);
  await writeAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}
