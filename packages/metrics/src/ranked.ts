import { unlabelled } from "./counts.js";
import { nothingToPool, otherLength, scoreNotANumber, validOutOfRange } from "./errors.js";

/** Foreground scores of the counted pixels, apart by truth, each ascending: what an exact AUC needs, 4 bytes a pixel. Can be pooled. */
export interface Ranked {
  /** Scores of the foreground pixels (truth 1 … K−1). */
  readonly foreground: Float32Array;
  /** Scores of the background pixels (truth 0). */
  readonly background: Float32Array;
}

/** Scores of one picture with its truth. */
export interface ScorePair {
  /** `[H, W]`, the higher the more foreground: probability, log-probability or difference of logits. */
  readonly scores: Float32Array;
  /** As long as the scores: 0 background, 1 … 254 foreground, 255 where nothing is known. */
  readonly truth: Uint8Array;
  /** 1 where the pixel counts, 0 where not; null where all count. */
  readonly valid: Uint8Array | null;
}

/**
 * Scores of one picture, split by truth and sorted.
 * Any growing function of the probability gives the same order, but probabilities near 1 collapse into ties in float32: the log-odds
 * `log p − log(1 − p)` (for K = 2 the difference of the logits) keeps them apart.
 *
 * Throws where the lengths differ, `valid` is neither 0 nor 1, or a counted score is NaN. −∞ and ∞ are ordinary scores.
 * Source: methods.md 5.2 (foreground log-probability) [code]; foreground = every class from 1 on [ours].
 */
export function rankScores({ scores, truth, valid }: ScorePair): Ranked {
  if (scores.length !== truth.length) throw otherLength("scores", "the score map", scores.length, truth.length);
  if (valid !== null && valid.length !== truth.length) throw otherLength("scores", "valid", valid.length, truth.length);
  // One array filled from both ends: the sizes are known only afterwards.
  const both = new Float32Array(scores.length);
  let front = 0;
  let back = both.length;
  for (let u = 0; u < truth.length; u++) {
    if (valid !== null && valid[u] !== 1) {
      if (valid[u] !== 0) throw validOutOfRange(valid[u]!, u);
      continue;
    }
    if (truth[u] === unlabelled) continue;
    const score = scores[u]!;
    if (Number.isNaN(score)) throw scoreNotANumber(u);
    if (truth[u] === 0) both[--back] = score;
    else both[front++] = score;
  }
  // Sorted without a comparator, typed arrays sort natively and in place.
  return { foreground: both.slice(0, front).sort(), background: both.slice(back).sort() };
}

const joined = (parts: readonly Float32Array[]): Float32Array => {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
};

/**
 * Scores of several pictures as if they were one: joined and sorted again, nothing rounded. Time n log n; 4 bytes a pixel beside what is given.
 * Throws where none are given. Source: methods.md 5.2 ("pooled over all test pixels") [code].
 */
export function poolRanked(several: readonly Ranked[]): Ranked {
  if (several.length === 0) throw nothingToPool("scores");
  return { foreground: joined(several.map((one) => one.foreground)), background: joined(several.map((one) => one.background)) };
}
