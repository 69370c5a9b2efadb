import { probabilityOutOfRange } from "./errors.js";

/**
 * Holm's correction: p-values of several comparisons, so adjusted that the chance of one false finding among all stays below the level.
 * Of m values in growing order: `p̃_(i) = min(1, max_{j ≤ i} (m − j + 1) p_(j))`. In the order given; nulls stay null and do not count.
 *
 * @param ps in [0, 1]; null where nothing was tested
 * Throws metrics-probability. Source: Holm, Scandinavian Journal of Statistics 6 (1979) 65-70; as statsmodels' `multipletests(method="holm")` [code].
 *
 * @example
 * holm([0.01, 0.04, null, 0.03]); // [0.03, 0.06, null, 0.06]
 */
export function holm(ps: readonly (number | null)[]): (number | null)[] {
  const known = ps.flatMap((p, i) => (p === null ? [] : [{ p, i }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = ps.map(() => null);
  let least = 0;
  known.forEach(({ p, i }, j) => {
    if (!(p >= 0 && p <= 1)) throw probabilityOutOfRange(p);
    least = Math.min(1, Math.max(least, (known.length - j) * p));
    adjusted[i] = least;
  });
  return adjusted;
}
