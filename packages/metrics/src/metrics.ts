import { auc } from "./auc.js";
import type { Counts } from "./counts.js";
import { unknownMetric } from "./errors.js";
import { accuracy, dice, iou, meanIou, precision, sensitivity, specificity } from "./overlap.js";
import type { Ranked } from "./ranked.js";
import type { Score } from "./score.js";

interface About {
  /** One sentence for people. */
  readonly description: string;
  /** Least and greatest value. */
  readonly range: readonly [number, number];
  /** Which way is better. */
  readonly better: "higher" | "lower";
}

/** A metric by what it needs: predicted labels (their confusion counts) or foreground scores (ranked). */
export type Metric =
  | (About & { readonly needs: "labels"; readonly score: (counts: Counts) => Score })
  | (About & { readonly needs: "scores"; readonly score: (ranked: Ranked) => Score });

const share = { range: [0, 1], better: "higher" } as const;

/** Every metric by the name that `evaluate.metrics` and results.json give it. For more than two classes: the mean over the foreground classes, unless said. */
export const metrics = {
  dice: {
    ...share,
    needs: "labels",
    score: dice,
    description: "Overlap with the truth: twice the common pixels over the pixels of both (F1).",
  },
  iou: {
    ...share,
    needs: "labels",
    score: iou,
    description: "Overlap with the truth: the common pixels over the pixels of either (Jaccard).",
  },
  meanIou: {
    ...share,
    needs: "labels",
    score: meanIou,
    description: "Intersection over union, averaged over all classes, background included.",
  },
  sensitivity: { ...share, needs: "labels", score: sensitivity, description: "Share of the true pixels that were found (recall)." },
  specificity: { ...share, needs: "labels", score: specificity, description: "Share of the other pixels that were left alone." },
  precision: { ...share, needs: "labels", score: precision, description: "Share of the predicted pixels that are true." },
  accuracy: { ...share, needs: "labels", score: accuracy, description: "Share of all pixels with the right class, background included." },
  auc: {
    ...share,
    needs: "scores",
    score: auc,
    description: "Chance that a foreground pixel scores higher than a background pixel, ties one half; 0.5 is guessing.",
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** A name in {@link metrics}. */
export type MetricName = keyof typeof metrics;

/** All names, in the order of the registry. */
export const metricNames = Object.keys(metrics) as readonly MetricName[];

/** Whether a text names a metric. */
export const isMetricName = (name: string): name is MetricName => Object.hasOwn(metrics, name);

/** The metric of a name. Throws with the known names where there is none. */
export function metricNamed(name: string): Metric {
  if (!isMetricName(name)) throw unknownMetric(name, metricNames);
  return metrics[name];
}
