import { stat } from "node:fs/promises";
import { groupMissing, listMissing, listUnreadable, regexInvalid } from "./errors.js";
import { readCsv } from "./csv.js";
import type { FolderSettings } from "./folder-options.js";
import { guardedExpression, type Expression } from "./guarded-expression.js";
import { listPath } from "./list-file.js";
import { nameOf } from "./stem.js";

/** A regular expression of the user's. @throws where it is none */
export function expressionOf(name: string, option: string, source: string): Expression {
  try {
    return guardedExpression(source, "u");
  } catch (error) {
    throw regexInvalid(name, option, source, error instanceof Error ? error.message : String(error));
  }
}

/**
 * The group of every id: by a regular expression on the id, by its folder, or by a CSV file; the id itself where `rule` is undefined. datasets.md 3
 *
 * @throws an invalid expression, a missing file or column, ids without a group
 */
export async function groupsOf(
  name: string,
  root: string,
  rule: FolderSettings["group"],
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const grouped = await ruleOf(name, root, rule);
  const groups = ids.map((id) => [id, grouped(id)] as const);
  const without = groups.filter(([, group]) => group === undefined || group === "").map(([id]) => id);
  if (without.length > 0) throw groupMissing(name, typeof rule === "object" ? rule.csv : String(rule), without, ids.length);
  return new Map(groups.map(([id, group]) => [id, group!]));
}

async function ruleOf(name: string, root: string, rule: FolderSettings["group"]): Promise<(id: string) => string | undefined> {
  if (rule === undefined) return (id) => id;
  if (rule === "parent") return (id) => /^(.*)\/[^/]*$/.exec(id)?.[1];
  if (typeof rule === "string") {
    const expression = expressionOf(name, "group", rule);
    return (id) => {
      const match = expression.exec(id);
      return match?.groups?.["group"] ?? match?.[1] ?? match?.[0];
    };
  }
  const path = await listPath(name, "group.csv", root, rule.csv);
  if ((await stat(path).catch(() => undefined)) === undefined) throw listMissing(name, path);
  const rows = await readCsv(path);
  const column = rule.column.toLowerCase();
  if (rows.length === 0 || !Object.hasOwn(rows[0]!, "id") || !Object.hasOwn(rows[0]!, column))
    throw listUnreadable(
      name,
      path,
      `a CSV file with columns id and ${rule.column}`,
      `columns ${Object.keys(rows[0] ?? {}).join(", ") || "none"}`,
    );
  const groups = new Map(rows.flatMap((row) => [[row["id"]!, row[column]!] as const, [nameOf(row["id"]!).stem, row[column]!] as const]));
  return (id) => groups.get(id) ?? groups.get(id.replace(/^.*\//, ""));
}
