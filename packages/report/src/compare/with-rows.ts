import type { ComparedRow, Comparison } from "./comparison.js";

/** A comparison with other rows: what `change` makes of those of each test set. */
export const withRows = <T extends Pick<Comparison, "domains">>(
  comparison: T,
  change: (rows: readonly ComparedRow[]) => readonly ComparedRow[],
): T => ({ ...comparison, domains: comparison.domains.map((domain) => ({ ...domain, rows: change(domain.rows) })) });
