const models: Readonly<Record<string, string>> = {
  teacher: "Teacher",
  baseline: "Baseline",
  distilled: "Distilled student",
  "second-observer": "Second observer",
};
const explained: Readonly<Record<string, string>> = {
  teacher: "the large network",
  baseline: "the small network, trained alone",
  distilled: "the small network, taught by the teacher",
  "second-observer": "a person",
};
const metrics: Readonly<Record<string, string>> = {
  ...{ dice: "Dice", iou: "IoU", meanIou: "Mean IoU", auc: "AUC", hd95Mm: "HD95 (mm)" },
  ...{ sensitivity: "Sensitivity", specificity: "Specificity", precision: "Precision", accuracy: "Accuracy" },
};
const order = ["teacher", "baseline", "distilled"];

/** A model's name for people; unknown ones as they are. */
export const modelName = (model: string): string => models[model] ?? model;

/** What a model is, in a few words; null where that is not known. */
export const modelMeaning = (model: string): string | null => explained[model] ?? null;

/** A metric's name for people; unknown ones as they are. */
export const metricName = (metric: string): string => metrics[metric] ?? metric;

/** Teacher, baseline, distilled, then others in their own order, people last. */
export const inOrder = (names: readonly string[]): readonly string[] => [...names].sort((a, b) => place(a) - place(b));

const place = (name: string): number =>
  name === "second-observer" ? order.length + 1 : order.includes(name) ? order.indexOf(name) : order.length;

/** Whether a smaller value is better: distances, whose names end with their unit. Source: interfaces.md 5 (hd95Mm). */
export const lowerIsBetter = (metric: string): boolean => metric.endsWith("Mm");
