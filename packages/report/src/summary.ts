import type { GainRow, Results } from "@segdistill/core";
import { lowerIsBetter, metricName } from "./names.js";
import { counted, isZero, listed, percent, signed } from "./numbers.js";

/** What the interval of a gain says: only one that leaves out 0 shows anything. */
export type Finding = "gain" | "loss" | "not shown" | "unknown";

/** The run in plain words. */
export interface Summary {
  /** The metric that it speaks of; null where there is none. */
  readonly metric: string | null;
  /** One or two sentences. */
  readonly headline: string;
  /** One sentence a domain, with numbers. */
  readonly domains: readonly string[];
  /** What the student saves against the teacher; null where that is not known, or nothing. */
  readonly cost: string | null;
  /** What a reader should keep in mind. */
  readonly caution: readonly string[];
}

/** Groups below which a percentile interval of a bootstrap tends to be too narrow. Source: our choice. */
const fewGroups = 10;

/** Reads a gain: `gain` or `loss` only if the whole interval lies on one side of 0; `unknown` where there is no mean at all. Source: our choice. */
export const finding = ({ mean, low, high, metric }: GainRow): Finding => {
  if (mean === null) return "unknown";
  if (low === null || high === null || isZero(low) || isZero(high) || (low < 0 && high > 0)) return "not shown";
  return low > 0 !== lowerIsBetter(metric) ? "gain" : "loss";
};

/** The metric that a report speaks of first: Dice where it was measured, else the first one. */
export const headMetric = ({ models }: Results): string | null => {
  const rows = Object.values(models).flatMap(({ domains }) => Object.values(domains).map(({ mean }) => mean));
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== "reasons" && name !== "notes");
  return names.includes("dice") ? "dice" : (names[0] ?? null);
};

/**
 * Says in plain words whether distillation helped: against the baseline only, by domain, with interval, pictures and groups.
 * An interval that includes 0, or is missing, shows no gain, however large the mean is. Source: our choice.
 */
export const summarise = (results: Results, seeds: readonly number[] = [results.seed]): Summary => {
  const metric = headMetric(results);
  const rows = results.gains.filter((row) => row.metric === metric && row.model === "distilled" && row.against === "baseline");
  if (metric === null || rows.length === 0) {
    const headline = results.models["baseline"]
      ? "Nothing was compared with the baseline, so this run cannot say whether distillation helped."
      : "No baseline was trained, so this run cannot say whether distillation helped.";
    return { metric, headline, domains: [], cost: costOf(results), caution: [seedCaution(seeds)] };
  }
  const unseen = (domain: string): boolean => results.data[domain]?.unseen ?? false;
  return {
    metric,
    headline: headlineOf(rows, unseen),
    domains: rows.map((row) => sentence(row, unseen(row.domain))),
    cost: costOf(results),
    caution: [...groupCaution(rows), seedCaution(seeds)],
  };
};

const headlineOf = (rows: readonly GainRow[], unseen: (domain: string) => boolean): string => {
  const where = (which: Finding): string =>
    listed(rows.filter((row) => finding(row) === which).map(({ domain }) => domain + (unseen(domain) ? " (never seen in training)" : "")));
  const gain = where("gain");
  const loss = where("loss");
  const open = where("not shown");
  const unknown = where("unknown");
  return [
    gain && `Distillation helped on ${gain}.`,
    loss && `Distillation did harm on ${loss}.`,
    open && `No gain from distillation is shown on ${open}.`,
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
  const opening = `${on} no gain is shown: the distilled student's ${name} differs from the baseline's by ${signed(mean)} on average`;
  if (low === null || high === null) return `${opening}, and there is no interval: ${row.reason ?? "no reason was given"} (${from}).`;
  const interval = `${percent(row.level)} interval ${signed(low)} to ${signed(high)}`;
  if (finding(row) === "not shown") return `${opening}, and its ${interval} includes 0 (${from}).`;
  const verb = mean > 0 ? "raised" : "lowered";
  const judged = finding(row) === "gain" ? "" : ", which is worse";
  return `${on} distillation ${verb} ${name} by ${signed(Math.abs(mean)).slice(1)} on average${judged} (${interval}; ${from}).`;
};

const basis = ({ n, groups, nulls }: GainRow): string =>
  [
    counted(n, "picture") + (groups === undefined ? "" : ` of ${counted(groups, "group")}`),
    ...(nulls === undefined || nulls === 0 ? [] : [`${nulls} left out`]),
  ].join(", ");

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

const groupCaution = (rows: readonly GainRow[]): readonly string[] => {
  const few = rows.filter(({ groups, low }) => groups !== undefined && groups < fewGroups && low !== null);
  if (few.length === 0) return [];
  const where = listed(few.map(({ domain, groups }) => `${domain} (${groups!})`));
  return [`Few groups on ${where}: with fewer than ${fewGroups}, such an interval tends to be too narrow.`];
};

const seedCaution = (seeds: readonly number[]): string =>
  seeds.length === 1
    ? `One seed (${seeds[0]!}): how much another seed would change is not known from this run.`
    : `Mean over ${seeds.length} seeds (${seeds.join(", ")}); the intervals do not count differences between seeds.`;
