import { caseTwice, otherCases, otherGroup, valueNotFinite } from "./errors.js";

/** One metric of one picture; the form of `cases` in results.json. */
export interface CaseValue {
  readonly id: string;
  /** The patient, or the nearest thing known. */
  readonly group: string;
  /** Null where it could not be computed. */
  readonly value: number | null;
}

/** Rows by case id. Throws where a case stands there twice or a value is not finite; `who` names the list. */
export function byCase(rows: readonly CaseValue[], who: string): ReadonlyMap<string, CaseValue> {
  const cases = new Map<string, CaseValue>();
  for (const row of rows) {
    if (cases.has(row.id)) throw caseTwice(who, row.id);
    if (row.value !== null && !Number.isFinite(row.value)) throw valueNotFinite(who, row.id, row.value);
    cases.set(row.id, row);
  }
  return cases;
}

type Rows = ReadonlyMap<string, CaseValue>;

/** Holds a list to another one: throws where a case is in one of them only (all such cases are counted, five named), or is of another group. */
export function sameCases(who: string, rows: Rows, other: string, others: Rows): void {
  const lacking = (of: Rows, from: Rows): readonly string[] => [...from.keys()].filter((id) => !of.has(id)).sort();
  const surplus = lacking(others, rows);
  if (surplus.length > 0) throw otherCases(other, surplus, who);
  const missing = lacking(rows, others);
  if (missing.length > 0) throw otherCases(who, missing, other);
  for (const { id, group } of rows.values()) {
    const expected = others.get(id)!.group;
    if (group !== expected) throw otherGroup(id, who, group, other, expected);
  }
}
