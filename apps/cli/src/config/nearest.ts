/**
 * Damerau-Levenshtein distance of two words: insertions, deletions, changes and swaps of neighbours, each counted 1
 * (optimal string alignment: no part is edited twice).
 */
export const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, change, swapped ? rows[i - 2]![j - 2]! + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
};

/** The word of a list that is nearest to what was written, letter case aside; the first of several; undefined for an empty list. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const by = (k: string): number => distance(word.toLowerCase(), k.toLowerCase());
  return known.reduce<string | undefined>((best, k) => (best === undefined || by(k) < by(best) ? k : best), undefined);
};
