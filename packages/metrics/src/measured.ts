import { addCounts, countPixels, type Counts, type LabelPair } from "./counts.js";
import { nothingToPool, scoresMissing } from "./errors.js";
import { metricNamed, type MetricName } from "./metrics.js";
import { poolRanked, rankScores, type Ranked } from "./ranked.js";
import type { Score } from "./score.js";

/** All that metrics need of one picture or of several pooled. */
export interface Measured {
  readonly counts: Counts;
  /** Null where no scores were given. */
  readonly ranked: Ranked | null;
}

/** One picture as labels, and as foreground scores where a metric needs them. */
export interface Picture extends LabelPair {
  /** As long as the labels; null saves memory where no metric needs scores. */
  readonly scores: Float32Array | null;
}

/** One picture, measured: {@link countPixels} and, where there are scores, {@link rankScores}; throws what they throw. */
export function measure({ scores, ...pair }: Picture): Measured {
  return { counts: countPixels(pair), ranked: scores === null ? null : rankScores({ scores, truth: pair.truth, valid: pair.valid }) };
}

/** Several pictures as if they were one: counts added, scores pooled (none where one of them has none). Throws where none are given. */
export function pool(several: readonly Measured[]): Measured {
  if (several.length === 0) throw nothingToPool("pictures");
  const ranked = several.flatMap((one) => one.ranked ?? []);
  return { counts: addCounts(several.map((one) => one.counts)), ranked: ranked.length === several.length ? poolRanked(ranked) : null };
}

/**
 * The metrics asked for, by name.
 * Throws where a name is unknown, or needs scores and there are none.
 *
 * @example
 * const cases = pictures.map(measure);
 * cases.map((one) => scoresOf(one, ["dice", "auc"])); // per picture
 * scoresOf(pool(cases), ["dice", "auc"]); // pooled
 */
export function scoresOf<N extends MetricName>({ counts, ranked }: Measured, names: readonly N[]): Readonly<Record<N, Score>> {
  const entries = names.map((name): [N, Score] => {
    const metric = metricNamed(name);
    if (metric.needs === "labels") return [name, metric.score(counts)];
    if (ranked === null) throw scoresMissing(name);
    return [name, metric.score(ranked)];
  });
  return Object.fromEntries(entries) as Record<N, Score>;
}
