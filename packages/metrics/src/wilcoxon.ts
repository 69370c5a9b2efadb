import { valueNotFinite } from "./errors.js";
import { twoSidedNormal } from "./normal.js";

interface Common {
  /** Differences that are not 0. */
  readonly pairs: number;
  /** Differences that are 0: left out. */
  readonly zeros: number;
}

/** What Wilcoxon's test says of paired differences, or the reason why it says nothing. */
export type SignedRank =
  | (Common & {
      /** Sum of the ranks of the positive and of the negative differences. */
      readonly plus: number;
      readonly minus: number;
      /** Two-sided, in (0, 1]. */
      readonly p: number;
      /** Matched-pairs rank-biserial correlation, in [−1, 1]: 1 where every difference is positive. */
      readonly effect: number;
      readonly method: "exact" | "normal approximation";
    })
  | (Common & { readonly p: null; readonly effect: null; readonly reason: string });

/** Pairs up to which the exact distribution is counted; SciPy's limit. */
const exactUpTo = 50;

/**
 * Wilcoxon's signed-rank test of paired differences, two-sided, with its effect size.
 * Zeros are left out; the others are ranked by size, ties share their mean rank; `W⁺ = Σ_{d>0} rank`, `W⁻ = Σ_{d<0} rank`, `n` pairs.
 * Without ties and n ≤ 50: `p = min(1, 2 P(W ≤ min(W⁺, W⁻)))` over all 2ⁿ signs. Else the normal approximation without continuity correction:
 * `z = (W⁺ − n(n+1)/4) / √(n(n+1)(2n+1)/24 − Σ(t³−t)/48)`, `t` the sizes of the ties, `p = 2 Φ(−|z|)`.
 * Effect: `r = (W⁺ − W⁻) / (W⁺ + W⁻)`, the matched-pairs rank-biserial correlation; chosen before Cohen's d_z because it speaks of what was tested,
 * and one picture that went wrong cannot decide it.
 *
 * @param differences finite numbers in any unit, one for each independent unit (a patient, not a picture of one)
 * No pair: p and effect are null, with the reason. Throws metrics-value for a number that is not finite.
 * Source: Wilcoxon, Biometrics Bulletin 1 (1945) 80-83; as `scipy.stats.wilcoxon(zero_method="wilcox", correction=False)` [code];
 * Kerby, Comprehensive Psychology 3 (2014), article 1 (effect size). Where there are zeros but no ties SciPy's `auto` leaves the exact distribution, we keep it [ours].
 *
 * @example
 * wilcoxon([1, -2, 3, 4]); // plus 8, minus 2: p 6/16, effect 0.6
 */
export function wilcoxon(differences: readonly number[]): SignedRank {
  differences.forEach((d, i) => {
    if (!Number.isFinite(d)) throw valueNotFinite("differences", String(i + 1), d);
  });
  const signed = differences.filter((d) => d !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const [n, zeros] = [signed.length, differences.length - signed.length];
  if (n === 0) {
    const reason = zeros === 0 ? "there is no pair" : "no pair differs";
    return { pairs: 0, zeros, p: null, effect: null, reason };
  }
  let plus = 0;
  let ties = 0; // Σ(t³ − t)
  for (let from = 0; from < n; ) {
    let to = from + 1;
    while (to < n && Math.abs(signed[to]!) === Math.abs(signed[from]!)) to++;
    const rank = (from + 1 + to) / 2;
    plus += rank * signed.slice(from, to).filter((d) => d > 0).length;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  const sum = (n * (n + 1)) / 2;
  const minus = sum - plus;
  const exact = ties === 0 && n <= exactUpTo;
  const z = (plus - sum / 2) / Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - ties / 48);
  const p = exact ? exactP(Math.min(plus, minus), n) : twoSidedNormal(z);
  return { pairs: n, zeros, plus, minus, p, effect: (plus - minus) / sum, method: exact ? "exact" : "normal approximation" };
}

/** `min(1, 2 P(W ≤ w))` by counting the subsets of the ranks 1 … n that sum to at most w. Counts stay below 2⁵⁰: exact in float64. */
const exactP = (w: number, n: number): number => {
  const subsets = new Float64Array((n * (n + 1)) / 2 + 1);
  subsets[0] = 1;
  for (let rank = 1; rank <= n; rank++)
    for (let sum = (rank * (rank + 1)) / 2; sum >= rank; sum--) subsets[sum] = subsets[sum]! + subsets[sum - rank]!;
  const below = subsets.subarray(0, w + 1).reduce((all, count) => all + count, 0);
  return Math.min(1, (2 * below) / 2 ** n);
};
