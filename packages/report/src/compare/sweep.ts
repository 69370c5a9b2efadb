import { compare, compareUncorrected } from "./compare.js";
import type { CompareOptions, ComparedRow, ComparedRun, Comparison } from "./comparison.js";
import { csv } from "./csv.js";
import { escape, markdown } from "./markdown.js";
import { withHolm } from "./with-holm.js";
import { withRows } from "./with-rows.js";

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
  /** Of an entry that is chosen on validation data: what was tried, with its pooled Dice there (null where there is none), and which was taken, from 0; null where none is yet. */
  readonly chosen?: { readonly tries: readonly Tried[]; readonly one: number | null };
  /** Why it has no row; left out where it has. */
  readonly failed?: string;
}

/** What was tried. */
interface Tried {
  readonly sets: Readonly<Record<string, unknown>>;
  readonly dice: number | null;
}

/**
 * A sweep's runs compared twice, as {@link compare} does: each with its own baseline and with the first run's distilled student. p-values are corrected by Holm over all
 * comparisons of both tables, so that many entries do not make a finding by chance. Rows of the second are those that are compared, and the one that they are compared with.
 *
 * @param runs at least one, each of another label; the first is the reference
 * Throws what `compare` throws. Source: our choice.
 */
export const compareSweep = (runs: readonly ComparedRun[], options: Omit<CompareOptions, "against">): SweepTables => {
  if (runs.length < 2) return { own: compare(runs, options), first: null };
  const reference = runs[0]!.label;
  const against = compareUncorrected(runs, { ...options, against: `${reference}/distilled` });
  const isRow = ({ run, model, difference }: ComparedRow): boolean => difference !== null || (run === reference && model === "distilled");
  const [own, first] = withHolm([compareUncorrected(runs, options), withRows(against, (rows) => rows.filter(isRow))]);
  return { own: own!, first: first! };
};

/** A sweep as Markdown: what each entry changes, which failed, and both tables. Text from outside is escaped. Source: our choice. */
export const sweepMarkdown = (name: string, entries: readonly SweepEntry[], { own, first }: SweepTables): string => {
  const line = ({ label, sets, chosen, failed }: SweepEntry): string => {
    const said = [
      ...(chosen?.one === null ? [] : [changesOf(sets) || "the configuration as it is"]),
      ...(chosen ? [choiceWords(chosen)] : []),
      ...(failed === undefined ? [] : [`failed: ${failed}`]),
    ];
    return `- ${escape(`${label}: ${said.join("; ")}`)}\n`;
  };
  const second = first === null ? "" : `\n## Against the ${escape(first.against)}\n\n${markdown(first)}`;
  return `# ${escape(name)}: sweep\n\n${entries.map(line).join("")}\n## Against the ${escape(own.against)}\n\n${markdown(own)}${second}`;
};

const changesOf = (sets: Tried["sets"]): string =>
  Object.entries(sets)
    .map(([path, value]) => `${path} = ${JSON.stringify(value)}`)
    .join(", ");

/** "chosen on validation, 2 of 3: pooled Dice 0.701 with weight = 1, 0.712 with weight = 10, …"; of every try what the others have otherwise. */
const choiceWords = ({ tries, one }: NonNullable<SweepEntry["chosen"]>): string => {
  if (one === null) return `to be chosen on validation, of ${tries.length}`;
  const same = (path: string): boolean => new Set(tries.map(({ sets }) => JSON.stringify(sets[path]))).size === 1;
  const own = ({ sets }: Tried): string => changesOf(Object.fromEntries(Object.entries(sets).filter(([path]) => !same(path))));
  const scores = tries.map((tried) => `${tried.dice === null ? "none" : tried.dice.toFixed(4)} with ${own(tried) || "the same"}`);
  return `chosen on validation, ${one + 1} of ${tries.length}: pooled Dice ${scores.join("; ")}`;
};

/** Both tables of a sweep as one CSV, as {@link csv} writes it: all rows against their own baselines, then those that are compared with the first run's student, which stands above already. Source: our choice. */
export const sweepCsv = ({ own, first }: SweepTables): string => {
  if (first === null) return csv(own);
  const text = csv(withRows(first, (rows) => rows.filter(({ difference }) => difference !== null)));
  return csv(own) + text.slice(text.indexOf("\r\n") + 2);
};
