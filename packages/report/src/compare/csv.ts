import { findingWords } from "../finding.js";
import type { ComparedDomain, ComparedRow, Comparison } from "./comparison.js";

type Value = string | number | boolean | null | undefined;

/**
 * A field by RFC 4180: quoted where it holds a comma, a quote or a line break; quotes doubled. Numbers with all their digits, null empty.
 * Text that a spreadsheet would run as a formula (it begins with = + - @, tab or carriage return) gets an apostrophe before it, which spreadsheets hide.
 */
const field = (value: Value): string => {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const columns: Readonly<Record<string, (row: ComparedRow, domain: ComparedDomain, all: Comparison) => Value>> = {
  testSet: (_, { domain }) => domain,
  unseen: (_, { unseen }) => unseen,
  run: ({ run }) => run,
  model: ({ model }) => model,
  metric: (_, __, { metric }) => metric,
  seeds: ({ seeds }) => seeds,
  cases: (_, { cases }) => cases,
  groups: (_, { groups }) => groups,
  mean: ({ mean }) => mean,
  sd: ({ sd }) => sd,
  seedSd: ({ seedSd }) => seedSd,
  againstRun: ({ difference }) => difference?.run,
  againstModel: ({ difference }) => difference?.model,
  difference: ({ difference }) => difference?.mean,
  low: ({ difference }) => difference?.low,
  high: ({ difference }) => difference?.high,
  level: ({ difference }, _, { level }) => difference && level,
  interval: ({ difference }) => difference?.method,
  finding: ({ difference }) => difference && findingWords[difference.finding],
  p: ({ difference }) => difference?.p,
  pHolm: ({ difference }) => difference?.pHolm,
  test: ({ difference }) => difference?.test,
  effect: ({ difference }) => difference?.effect,
  comparedCases: ({ difference }) => difference?.n,
  comparedGroups: ({ difference }) => difference?.groups,
  comparedSeeds: ({ difference }) => difference?.seeds,
  parameters: ({ parameters }) => parameters,
  macs: ({ macs }) => macs,
  trainSeconds: ({ trainSeconds }) => trainSeconds,
  memoryBytes: ({ memoryBytes }) => memoryBytes,
  reason: ({ reason, difference }) => reason ?? difference?.reason,
  tries: ({ run, model }, _, { runs }) => (model === "distilled" ? runs.find(({ label }) => label === run)?.tries : null),
};

/** A comparison as CSV (RFC 4180: CRLF, a head line): one line per test set, run and model, numbers with all their digits, empty where there is none. Source: our choice. */
export const csv = (comparison: Comparison): string =>
  [
    Object.keys(columns),
    ...comparison.domains.flatMap((domain) =>
      domain.rows.map((row) => Object.values(columns).map((value) => field(value(row, domain, comparison)))),
    ),
  ]
    .map((cells) => `${cells.join(",")}\r\n`)
    .join("");
