import { groupCaution, seedCaution } from "@segdistill/metrics";
import type { GainRow, Results } from "@segdistill/core";
import { finding, type Finding } from "./finding.js";
import { metricsOf } from "./metrics-of.js";
import { metricName } from "./names.js";
import { counted, listed, percent, probability, signed } from "./numbers.js";
import { trainingCost } from "./training-cost.js";
import { stageCautions } from "./stage-cautions.js";

/** The run in plain words. */
export interface Summary {
  /** The metric that it speaks of; null where there is none. */
  readonly metric: string | null;
  /** One or two sentences. */
  readonly headline: string;
  /** One sentence a domain, with numbers. */
  readonly domains: readonly string[];
  /** What training took, to be read beside the domains' sentences; empty where nothing is compared. */
  readonly training: readonly string[];
  /** What the student saves against the teacher; null where that is not known, or nothing. */
  readonly cost: string | null;
  /** What a reader should keep in mind. */
  readonly caution: readonly string[];
}

/** Groups below which a percentile interval of a bootstrap tends to be too narrow. Source: our choice. */
const fewGroups = 10;

/** The metric that a report speaks of first: Dice where it was measured, else the first one. */
export const headMetric = ({ models }: Pick<Results, "models">): string | null => {
  const rows = Object.values(models).flatMap(({ domains }) => Object.values(domains).map(({ mean }) => mean));
  const names = metricsOf(rows[0] ?? {});
  return names.includes("dice") ? "dice" : (names[0] ?? null);
};

/** The differences that a summary speaks of: of the distilled student to the baseline, by one metric. */
export const headGains = ({ gains }: Pick<Results, "gains">, metric: string | null): readonly GainRow[] =>
  gains.filter((row) => row.metric === metric && row.model === "distilled" && row.against === "baseline");

/**
 * Says in plain words whether distillation helped: against the baseline only, by domain, with interval, pictures, groups and what training took.
 * "improves" and "gain" stand only where the whole interval lies on the better side of 0; one that includes 0, or is missing, is "no difference found", however large
 * the mean is. Too few seeds (fewer than 3) and groups (fewer than 5) are said. Source: our choice.
 */
export const summarise = (results: Results, seeds: readonly number[] = results.seeds ?? [results.seed]): Summary => {
  const metric = headMetric(results);
  const rows = headGains(results, metric);
  if (metric === null || rows.length === 0) {
    const headline = results.models["baseline"]
      ? "Nothing was compared with the baseline, so this run cannot say whether distillation helped."
      : "No baseline was trained, so this run cannot say whether distillation helped.";
    return {
      metric,
      headline,
      domains: [],
      training: [],
      cost: costOf(results),
      caution: [...aboutSeeds(rows, seeds), ...stageCautions(results)],
    };
  }
  const unseen = (domain: string): boolean => results.data[domain]?.unseen ?? false;
  return {
    metric,
    headline: headlineOf(rows, metric, unseen),
    domains: rows.map((row) => sentence(row, unseen(row.domain))),
    training: trainingCost(results),
    cost: costOf(results),
    caution: [...aboutSeeds(rows, seeds), ...aboutGroups(rows), ...stageCautions(results)],
  };
};

const headlineOf = (rows: readonly GainRow[], metric: string, unseen: (domain: string) => boolean): string => {
  const where = (which: Finding): string =>
    listed(rows.filter((row) => finding(row) === which).map(({ domain }) => domain + (unseen(domain) ? " (never seen in training)" : "")));
  const name = metricName(metric);
  const gain = where("gain");
  const loss = where("loss");
  const none = where("no difference");
  const unknown = where("unknown");
  return [
    gain && `Distillation improves ${name} on ${gain}.`,
    loss && `Distillation makes ${name} worse on ${loss}.`,
    none && `No difference found on ${none}.`,
    unknown && `Nothing can be said about ${unknown}.`,
  ]
    .filter((text) => text !== "")
    .join(" ");
};

const sentence = (row: GainRow, unseen: boolean): string => {
  const on = `On ${row.domain}${unseen ? ", never seen in training," : ""}`;
  const name = metricName(row.metric);
  const { mean, low, high } = row;
  if (mean === null) return `${on} nothing can be said about ${name}: ${row.reason ?? "no reason was given"}.`;
  const from = basis(row);
  const difference = `the distilled student's ${name} differs from the baseline's by ${signed(mean)} on average`;
  if (low === null || high === null)
    return `${on} no difference found: ${difference}, and there is no interval: ${row.reason ?? "no reason was given"} (${from}).`;
  const interval = `${percent(row.level)} interval ${signed(low)} to ${signed(high)}`;
  switch (finding(row)) {
    case "gain":
      return `${on} distillation improves ${name}: the gain is ${signed(mean)} on average (${interval}; ${from}).`;
    case "loss":
      return `${on} distillation makes ${name} worse: ${signed(mean)} on average (${interval}; ${from}).`;
    default:
      return `${on} no difference found: ${difference}, and the ${interval} includes 0 (${from}).`;
  }
};

const basis = ({ n, groups, nulls, seeds, test }: GainRow): string =>
  [
    counted(n, "picture") + (groups === undefined ? "" : ` of ${counted(groups, "group")}`),
    ...(seeds === undefined ? [] : [counted(seeds, "seed")]),
    ...(nulls === undefined || nulls === 0 ? [] : [`${nulls} left out`]),
  ].join(", ") + (test === undefined || test.p === null ? "" : `; Wilcoxon p ${probability(test.p)}`);

const costOf = ({ models }: Results): string | null => {
  const { teacher, distilled } = models;
  const fewer = (key: "parameters" | "macs", name: string): readonly string[] => {
    const [large, small] = [teacher?.[key] ?? null, distilled?.[key] ?? null];
    return large === null || small === null || small === 0 || large <= small
      ? []
      : [`${Number((large / small).toPrecision(2))} times fewer ${name}`];
  };
  const said = [...fewer("parameters", "parameters"), ...fewer("macs", "multiply-accumulates per picture")];
  return said.length === 0 ? null : `The distilled student has ${listed(said)} than the teacher.`;
};

const aboutGroups = (rows: readonly GainRow[]): readonly string[] => {
  const tooFew = rows.flatMap(({ domain, groups = Infinity }) => {
    const said = groupCaution(groups);
    return said === null ? [] : [`On ${domain}: ${said}`];
  });
  const few = rows.filter(({ groups = Infinity, low }) => groups < fewGroups && low !== null && groupCaution(groups) === null);
  if (few.length === 0) return tooFew;
  const where = listed(few.map(({ domain, groups }) => `${domain} (${groups!})`));
  return [...tooFew, `Few groups on ${where}: with fewer than ${fewGroups}, such an interval tends to be too narrow.`];
};

const aboutSeeds = (rows: readonly GainRow[], seeds: readonly number[]): readonly string[] => {
  const said = seedCaution(seeds.length);
  if (seeds.length === 1) return [`Seed ${seeds[0]!}. ${said!}`];
  const counts = rows.every((row) => row.seeds === seeds.length) ? "count" : "do not count";
  const mean = `Mean over ${seeds.length} seeds (${seeds.join(", ")})${rows.length === 0 ? "" : `; the intervals ${counts} differences between seeds`}.`;
  return said === null ? [mean] : [mean, said];
};
