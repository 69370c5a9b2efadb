import { findingWords } from "../finding.js";
import { metricName, modelName } from "../names.js";
import { count, counted, duration, listed, percent, probability, score, signed } from "../numbers.js";
import type { ComparedDomain, ComparedRow, Comparison } from "./comparison.js";

const none = "–";
/** Text of a number, "–" where there is none. */
const known = (value: number | null | undefined, shown: (value: number) => string): string =>
  value === null || value === undefined ? none : shown(value);

/** A column of the table for people: Markdown, LaTeX and HTML share it. */
export interface Column {
  readonly head: string;
  /** Words are set left, numbers right. */
  readonly words?: boolean;
  readonly cell: (row: ComparedRow, domain: ComparedDomain) => string;
}

/** Whether any row has more than one seed: only then do seeds deviate. */
const severalSeeds = ({ domains }: Comparison): boolean => domains.some(({ rows }) => rows.some(({ seeds }) => seeds > 1));

/** Whether any run was chosen among several. */
const chosenOnes = ({ runs }: Pick<Comparison, "runs">): boolean => runs.some(({ tries }) => tries !== undefined);
/** Of how many settings a distilled student was chosen, 1 where it was not; a baseline is the same for all. */
const triesOf = ({ runs }: Comparison, { run, model }: ComparedRow): number | null =>
  model === "distilled" ? (runs.find(({ label }) => label === run)?.tries ?? 1) : null;

/** "stare (never seen)". */
const domainWords = ({ domain, unseen }: ComparedDomain): string => `${domain}${unseen ? " (never seen)" : ""}`;

/** The columns of a comparison, the test set first; the run where there are several. Numbers as texts, with three digits; what is not known is "–". Source: our choice. */
export const columnsOf = (comparison: Comparison): readonly Column[] => {
  const name = metricName(comparison.metric);
  const level = percent(comparison.level);
  return [
    { head: "Test set", words: true, cell: (_, domain) => domainWords(domain) },
    ...(comparison.runs.length > 1 ? [{ head: "Run", words: true, cell: ({ run }: ComparedRow) => run }] : []),
    { head: "Model", words: true, cell: ({ model }) => modelName(model) },
    ...(chosenOnes(comparison) ? [{ head: "Tries", cell: (row: ComparedRow) => known(triesOf(comparison, row), String) }] : []),
    { head: name, cell: ({ mean, sd }) => known(mean, (m) => `${score(m)}${sd === null ? "" : ` ± ${score(sd)}`}`) },
    ...(severalSeeds(comparison) ? [{ head: "SD of seeds", cell: ({ seedSd }: ComparedRow) => known(seedSd, score) }] : []),
    { head: "Difference", cell: ({ difference }) => known(difference?.mean, signed) },
    {
      head: `${level} interval`,
      cell: ({ difference }) => {
        const [low, high] = [difference?.low ?? null, difference?.high ?? null];
        return low === null || high === null ? none : `${signed(low)} to ${signed(high)}`;
      },
    },
    { head: "Finding", words: true, cell: ({ difference }) => (difference ? findingWords[difference.finding] : none) },
    { head: "p (Holm)", cell: ({ difference }) => known(difference?.pHolm, probability) },
    { head: "Effect", cell: ({ difference }) => known(difference?.effect, score) },
    { head: "Parameters", cell: ({ parameters }) => known(parameters, count) },
    { head: "MACs", cell: ({ macs }) => known(macs, count) },
    { head: "Training", cell: ({ trainSeconds }) => known(trainSeconds, duration) },
    { head: "Memory", cell: ({ memoryBytes }) => known(memoryBytes, (bytes) => `${count(bytes)}B`) },
  ];
};

/** What the columns mean, in sentences. */
export const captionOf = ({ metric, level, against, tests, domains, runs }: Comparison): string => {
  const seeds = runs.some((run) => run.seeds.length > 1);
  const methods = [...new Set(domains.flatMap(({ rows }) => rows.flatMap(({ difference }) => (difference ? [difference.method] : []))))];
  const by = methods.length === 0 ? "" : ` (${methods.join("; ")})`;
  return [
    ...(chosenOnes({ runs }) ? ["Tries: settings that were trained, of which the validation data alone chose this one."] : []),
    `${metricName(metric)}: mean ± standard deviation over pictures${seeds ? ", each averaged over the seeds" : ""}.`,
    `Difference to the ${against}, case by case and seed by seed, with ${percent(level)} interval${by}: where it includes 0, no difference is found.`,
    `p: Wilcoxon's signed-rank test over groups${seeds ? " (of these seeds: other seeds are the interval's matter)" : ""}${tests > 1 ? `, corrected by Holm for ${tests} comparisons` : ""}. Effect: rank-biserial correlation, −1 to 1.`,
    `MACs: multiply-accumulates for one picture. Training: time${seeds ? ", mean over the seeds" : ""}. Memory: the most that the process held while training${seeds ? ", of any seed" : ""}. –: not compared or not known.`,
  ].join(" ");
};

/** What a reader should know beside the numbers: the runs' seeds, pictures and groups, cautions, and why a number is missing. */
export const remarksOf = ({ runs, domains, cautions }: Comparison): readonly string[] => [
  ...[...new Set(runs.map(({ seeds }) => seeds.join(", ")))].map((seeds) => {
    const labels = runs.filter((run) => run.seeds.join(", ") === seeds).map(({ label }) => label);
    return `${listed(labels)}: ${seeds.includes(",") ? "seeds" : "seed"} ${seeds}.`;
  }),
  ...domains.map((one) => `${domainWords(one)}: ${counted(one.cases, "picture")} of ${counted(one.groups, "group")}.`),
  ...cautions,
  ...domains.flatMap((one) =>
    one.rows.flatMap((row) => {
      const who = `${one.domain}, ${row.run}, ${row.model}`;
      const { difference } = row;
      return [
        ...(row.reason === undefined ? [] : [`${who}: no mean: ${row.reason}.`]),
        ...(difference?.reason === undefined ? [] : [`${who}: no interval: ${difference.reason}.`]),
        ...(difference && difference.p === null ? [`${who}: no p: ${difference.test}.`] : []),
        ...(difference && difference.nulls > 0
          ? [`${who}: ${counted(difference.nulls, "picture")} left out of the difference: without a value on one of the two sides.`]
          : []),
      ];
    }),
  ),
];
