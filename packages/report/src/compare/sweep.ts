import { holm } from "@segdistill/metrics";
import { compare } from "./compare.js";
import type { CompareOptions, ComparedRun, Comparison } from "./comparison.js";
import { csv } from "./csv.js";
import { escape, markdown } from "./markdown.js";

/** The comparisons of a sweep: every run's student with its own baseline, and with the student of the first run; null where there is but one run. */
export interface SweepTables {
  readonly own: Comparison;
  readonly first: Comparison | null;
}

/** A run that a sweep asked for. */
export interface SweepEntry {
  readonly label: string;
  /** What it changes, by dotted path. */
  readonly sets: Readonly<Record<string, unknown>>;
  /** Why it has no row; left out where it has. */
  readonly failed?: string;
}

/**
 * A sweep's runs compared twice, as {@link compare} does: each with its own baseline and with the first run's distilled student. p-values are corrected by Holm over all
 * comparisons of both tables, so that many entries do not make a finding by chance. Rows of the second are those that are compared, and the one that they are compared with.
 *
 * @param runs at least one, each of another label; the first is the reference
 * Throws what `compare` throws. Source: our choice.
 */
export const compareSweep = (runs: readonly ComparedRun[], options: Omit<CompareOptions, "against">): SweepTables => {
  const own = compare(runs, options);
  if (runs.length < 2) return { own, first: null };
  const reference = runs[0]!.label;
  const first = compare(runs, { ...options, against: `${reference}/distilled` });
  const isRow = ({ run, model, difference }: Comparison["domains"][number]["rows"][number]): boolean =>
    difference !== null || (run === reference && model === "distilled");
  const shown = { ...first, domains: first.domains.map((domain) => ({ ...domain, rows: domain.rows.filter(isRow) })) };
  const [both, second] = corrected([own, shown]);
  return { own: both!, first: second! };
};

/** The same comparisons with Holm's correction over all of them. */
const corrected = (all: readonly Comparison[]): readonly Comparison[] => {
  const ps = all.flatMap(({ domains }) =>
    domains.flatMap(({ rows }) => rows.flatMap(({ difference }) => (difference ? [difference.p] : []))),
  );
  const found = holm(ps);
  const tests = ps.filter((p) => p !== null).length;
  let next = 0;
  return all.map((one) => ({
    ...one,
    tests,
    domains: one.domains.map((domain) => ({
      ...domain,
      rows: domain.rows.map((row) => (row.difference ? { ...row, difference: { ...row.difference, pHolm: found[next++]! } } : row)),
    })),
  }));
};

/** A sweep as Markdown: what each entry changes, which failed, and both tables. Text from outside is escaped. Source: our choice. */
export const sweepMarkdown = (name: string, entries: readonly SweepEntry[], { own, first }: SweepTables): string => {
  const line = ({ label, sets, failed }: SweepEntry): string => {
    const changes = Object.entries(sets).map(([path, value]) => `${path} = ${JSON.stringify(value)}`);
    const said = [
      changes.length > 0 ? changes.join(", ") : "the configuration as it is",
      ...(failed === undefined ? [] : [`failed: ${failed}`]),
    ];
    return `- ${escape(`${label}: ${said.join("; ")}`)}\n`;
  };
  const second = first === null ? "" : `\n## Against the ${escape(first.against)}\n\n${markdown(first)}`;
  return `# ${escape(name)}: sweep\n\n${entries.map(line).join("")}\n## Against the ${escape(own.against)}\n\n${markdown(own)}${second}`;
};

/** Both tables of a sweep as one CSV, as {@link csv} writes it: all rows against their own baselines, then those that are compared with the first run's student. Source: our choice. */
export const sweepCsv = ({ own, first }: SweepTables): string => {
  if (first === null) return csv(own);
  const compared = {
    ...first,
    domains: first.domains.map((one) => ({ ...one, rows: one.rows.filter(({ difference }) => difference !== null) })),
  };
  const text = csv(compared);
  return csv(own) + text.slice(text.indexOf("\r\n") + 2);
};
