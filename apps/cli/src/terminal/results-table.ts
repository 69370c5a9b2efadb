import type { CaseScores, DomainScores, Results } from "@segdistill/core";
import { summarise } from "@segdistill/metrics";
import { table } from "./table.js";

type Shown = Pick<Results, "data" | "gains"> & {
  readonly models: Readonly<Record<string, { readonly domains: Readonly<Record<string, Pick<DomainScores, "cases">>> }>>;
};

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
const signed = (n: number): string => `${n < 0 ? "−" : "+"}${Math.abs(n).toFixed(3)}`;
const cell = (rows: readonly CaseScores[], metric: string): string => {
  const values = rows.map((row) => row[metric]);
  const { mean, sd } = summarise(values.map((v) => (typeof v === "number" ? v : null)));
  if (mean.value === null) return "–";
  return sd.value === null ? mean.value.toFixed(3) : `${mean.value.toFixed(3)} ± ${sd.value.toFixed(3)}`;
};

/** Models × domains: mean ± standard deviation over pictures; below, the gain of the distilled student over the baseline with its interval. */
export const resultsTable = ({ data, models, gains }: Shown, metric: string): string => {
  const domains = Object.keys(data);
  const heads = domains.map((name) => `${name}${data[name]!.unseen ? " (never seen)" : ""}`);
  const counts = domains.map((name) => `${counted(data[name]!.cases, "picture")}, ${counted(data[name]!.groups, "group")}`);
  const rows = Object.entries(models).map(([name, model]) => [name, ...domains.map((d) => cell(model.domains[d]?.cases ?? [], metric))]);
  const gain = domains.map((domain) => {
    const found = gains.find((g) => g.domain === domain && g.metric === metric && g.model === "distilled");
    if (!found || found.mean === null) return "–";
    return `${signed(found.mean)}${found.low === null || found.high === null ? "" : ` (${signed(found.low)} to ${signed(found.high)})`}`;
  });
  const level = gains.length > 0 ? [["gain, 95 % interval", ...gain]] : [];
  return table([[metric, ...heads], ["", ...counts], ...rows, ...level]);
};
