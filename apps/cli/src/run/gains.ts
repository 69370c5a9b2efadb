import type { DomainScores, GainRow } from "@segdistill/core";
import { random } from "@segdistill/core/random";
import { bootstrapGain, type MetricName } from "@segdistill/metrics";

/** What the distilled student gained over the baseline, by domain and metric, with a bootstrap interval over groups. */
export const gainsOf = (
  distilled: Readonly<Record<string, DomainScores>>,
  baseline: Readonly<Record<string, DomainScores>>,
  metrics: readonly MetricName[],
  seed: number,
): readonly GainRow[] =>
  Object.keys(distilled).flatMap((domain) =>
    metrics.map((metric): GainRow => {
      const values = ({ cases }: DomainScores) =>
        cases.map((row) => ({ id: row.id, group: row.group, value: row[metric] as number | null }));
      const { mean, low, high, ...rest } = bootstrapGain({
        distilled: values(distilled[domain]!),
        baseline: values(baseline[domain]!),
        draw: random,
        key: `${seed}/gain/${domain}/${metric}`,
      });
      return { model: "distilled", against: "baseline", domain, metric, mean, low, high, ...rest };
    }),
  );
