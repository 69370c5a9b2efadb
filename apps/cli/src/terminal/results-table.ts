import { summarise } from "@segdistill/metrics";
import { table } from "./table.js";

/** As much of results.json as the table shows. */
export interface Shown {
  readonly data: Readonly<Record<string, { readonly cases: number; readonly groups: number; readonly unseen: boolean }>>;
  readonly models: Readonly<Record<string, { readonly domains: Readonly<Record<string, { readonly cases: readonly CaseRow[] }>> }>>;
  readonly gains: readonly GainRow[];
}
type CaseRow = Readonly<Record<string, unknown>>;
interface GainRow {
  readonly model: string;
  readonly domain: string;
  readonly metric: string;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const signed = (n: number): string => `${n < 0 ? "−" : "+"}${Math.abs(n).toFixed(3)}`;
const cell = (rows: readonly CaseRow[], metric: string): string => {
  const { mean, sd } = summarise(rows.map((row) => (typeof row[metric] === "number" ? row[metric] : null)));
  if (mean.value === null) return "–";
  return sd.value === null ? mean.value.toFixed(3) : `${mean.value.toFixed(3)} ± ${sd.value.toFixed(3)}`;
};

/** Models × domains: mean ± standard deviation over pictures; below, the gain of the distilled student over the baseline with its interval. */
export const resultsTable = ({ data, models, gains }: Shown, metric: string): string => {
  const domains = Object.keys(data);
  const heads = domains.map((name) => `${name}${data[name]!.unseen ? " (never seen)" : ""}`);
  const counts = domains.map((name) => `${data[name]!.cases} pictures, ${data[name]!.groups} groups`);
  const rows = Object.entries(models).map(([name, model]) => [name, ...domains.map((d) => cell(model.domains[d]?.cases ?? [], metric))]);
  const gain = domains.map((domain) => {
    const found = gains.find((g) => g.domain === domain && g.metric === metric && g.model === "distilled");
    if (!found || found.mean === null) return "–";
    return `${signed(found.mean)}${found.low === null || found.high === null ? "" : ` (${signed(found.low)} to ${signed(found.high)})`}`;
  });
  const level = gains.length > 0 ? [["gain, 95 % interval", ...gain]] : [];
  return table([[metric, ...heads], ["", ...counts], ...rows, ...level]);
};
