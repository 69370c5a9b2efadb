import { caseTwice, valueNotFinite } from "./errors.js";

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
