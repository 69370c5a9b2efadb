import type { DomainScores, GainRow, SignedRankRow } from "@segdistill/core";
import { random } from "@segdistill/core/random";
import { bootstrapGain, holm, type CaseValue, type MetricName, type SignedRank } from "@segdistill/metrics";

type Domains = Readonly<Record<string, DomainScores>>;

/**
 * What the distilled student differs by from the baseline, by domain and metric, with interval and test; Holm's correction is over the domains of each metric.
 * Both sides are given by seed, in the same order; `seed` is the first and names the random numbers.
 */
export const gainsOf = (
  distilled: readonly Domains[],
  baseline: readonly Domains[],
  metrics: readonly MetricName[],
  seed: number,
): readonly GainRow[] => {
  const domains = Object.keys(distilled[0]!);
  const byMetric = metrics.map((metric) => {
    const found = domains.map((domain) =>
      bootstrapGain({
        model: distilled.map((one) => valuesOf(one[domain]!, metric)),
        against: baseline.map((one) => valuesOf(one[domain]!, metric)),
        draw: random,
        key: `${seed}/gain/${domain}/${metric}`,
      }),
    );
    const corrected = holm(found.map(({ test }) => test.p));
    return found.map(
      ({ mean, low, high, test, ...rest }, d): GainRow => ({
        ...{ model: "distilled", against: "baseline", domain: domains[d]!, metric, mean, low, high, ...rest },
        test: signedRank(test, corrected[d]!),
      }),
    );
  });
  return domains.flatMap((_, d) => byMetric.map((rows) => rows[d]!));
};

const signedRank = (test: SignedRank, pHolm: number | null): SignedRankRow =>
  test.p === null
    ? { ...test, pHolm }
    : { p: test.p, pHolm, effect: test.effect, method: test.method, pairs: test.pairs, zeros: test.zeros };

const valuesOf = ({ cases }: DomainScores, metric: MetricName): CaseValue[] =>
  cases.map((row) => ({ id: row.id, group: row.group, value: row[metric] as number | null }));
