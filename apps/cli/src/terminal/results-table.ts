import type { CaseScores, DomainScores, Results } from "@segdistill/core";
import { summarise } from "@segdistill/metrics";
import { finding, findingWords, signed } from "@segdistill/report";
import { table } from "./table.js";

type Shown = Pick<Results, "data" | "gains"> & {
  readonly models: Readonly<Record<string, { readonly domains: Readonly<Record<string, Pick<DomainScores, "cases">>> }>>;
};

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
const cell = (rows: readonly CaseScores[], metric: string): string => {
  const values = rows.map((row) => row[metric]);
  const { mean, sd } = summarise(values.map((v) => (typeof v === "number" ? v : null)));
  if (mean.value === null) return "–";
  return sd.value === null ? mean.value.toFixed(3) : `${mean.value.toFixed(3)} ± ${sd.value.toFixed(3)}`;
};

/** Models × domains: mean ± standard deviation over pictures; below, the distilled student's difference to the baseline with its interval, and what it shows. */
export const resultsTable = ({ data, models, gains }: Shown, metric: string): string => {
  const domains = Object.keys(data);
  const heads = domains.map((name) => `${name}${data[name]!.unseen ? " (never seen)" : ""}`);
  const counts = domains.map((name) => `${counted(data[name]!.cases, "picture")}, ${counted(data[name]!.groups, "group")}`);
  const rows = Object.entries(models).map(([name, model]) => [name, ...domains.map((d) => cell(model.domains[d]?.cases ?? [], metric))]);
  const found = domains.map((domain) =>
    gains.find((g) => g.domain === domain && g.metric === metric && g.model === "distilled" && g.against === "baseline"),
  );
  const difference = found.map((row) => {
    if (!row || row.mean === null) return "–";
    return `${signed(row.mean)}${row.low === null || row.high === null ? "" : ` (${signed(row.low)} to ${signed(row.high)})`}`;
  });
  const level = Number((100 * (gains[0]?.level ?? 0.95)).toFixed(2));
  const compared = [
    [`difference, ${level} % interval`, ...difference],
    ["", ...found.map((row) => (row ? findingWords[finding(row)] : "–"))],
  ];
  return table([[metric, ...heads], ["", ...counts], ...rows, ...(gains.length > 0 ? compared : [])]);
};
