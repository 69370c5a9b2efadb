import { shuffled } from "@segdistill/core/random";
import { naturalOrder } from "./natural-order.js";

/** Shares of the groups, each 0…1, together 1; `seed` decides which group goes where. */
export interface Shares {
  readonly seed: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** The parts that a split names, `all` among them. */
export type Parts = Readonly<Record<string, readonly string[]>>;

/**
 * Divides cases into `train`, `validation` and `test` so that a group is never divided; `all` has every id.
 *
 * The groups are counted, not the cases: borders at the rounded cumulated shares, moved so that no part with a share stays empty where there are groups enough. [ours]
 */
export function splitByGroup(cases: readonly { readonly id: string; readonly group: string }[], shares: Shares): Parts {
  const groups = [...new Set(cases.map(({ group }) => group))].sort(naturalOrder);
  const order = shuffled(groups.length, `${String(shares.seed)}/split`).map((i) => groups[i]!);
  const wanted = [shares.train, shares.validation, shares.test];
  const counts = wanted.map(
    (_, i) => Math.round(sum(wanted.slice(0, i + 1)) * order.length) - Math.round(sum(wanted.slice(0, i)) * order.length),
  );
  for (const [i, share] of wanted.entries()) {
    const largest = counts.indexOf(Math.max(...counts));
    if (share > 0 && counts[i] === 0 && counts[largest]! > 1) {
      counts[i] = 1;
      counts[largest]! -= 1;
    }
  }
  const part = (i: number): string[] => {
    const start = sum(counts.slice(0, i));
    const chosen = new Set(order.slice(start, start + counts[i]!));
    return cases.filter(({ group }) => chosen.has(group)).map(({ id }) => id);
  };
  return { train: part(0), validation: part(1), test: part(2), all: cases.map(({ id }) => id) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
