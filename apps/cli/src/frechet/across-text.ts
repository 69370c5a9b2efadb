import { table } from "../terminal/table.js";
import type { AcrossCorrelation, AcrossRuns, RunDistance } from "./across-runs.js";

const six = (value: number): string => value.toPrecision(6);
const none = "–";

/** Distances beside Dice, a line a run and pair of domains; correlations below, and what has to be known to read them. */
export const acrossText = ({ distances, correlations, leftOut }: AcrossRuns, seed: number, columns: number): string => {
  const { shrink, pca } = distances.find(({ found }) => found)?.found ?? { shrink: null, pca: null };
  const split = correlations.some((one, i) => correlations.findIndex(({ reading, on }) => reading === one.reading && on === one.on) < i);
  const said = [
    "Distances of the student; Dice of the distilled student on the unseen domain, mean over its pictures; rho is Spearman's, r Pearson's, of distance and Dice over runs.",
    `p is of rho, two-sided: over all permutations up to 9 runs, above over 99,999 random ones (seed ${seed}); it takes runs as independent and is not corrected for the number of lines.`,
    `${shrink === null ? "" : `shrink ${shrink}, pca ${pca ?? "none"}. `}Values of other N, d or options are not comparable: runs whose N, d or pictures differ are not put into one correlation${split ? ", so a distance has several lines here" : ""}.`,
    "Networks that were aligned apart may have vectors of different scales, which the distance does not know.",
    ...distances.flatMap(({ run, reading, on, reason }) => (reason === null ? [] : [`${run}: no ${reading} (${on}): ${reason}`])),
    ...correlations.flatMap(({ reading, on, found }) =>
      found.rho === null ? [`no correlation of x = ${reading} (${on}) and y = Dice: ${found.reason}`] : [],
    ),
    ...leftOut.map(({ run, reason }) => `left out: ${run}: ${reason}`),
    ...[...new Set(distances.flatMap(({ found }) => found?.cautions ?? []))].map((caution) => `caution: ${caution}`),
  ];
  const tables = [
    [["run", "seed", "pictures", "FSD_domain", "FSD_align", "FSD_pred", "Dice", "N", "d"], ...linesOf(distances)],
    [["distance", "pictures", "rho", "p", "permutations", "r", "runs", "N", "d"], ...correlations.map(correlationLine)],
  ];
  return `${tables.map((rows, i) => table(rows, i === 0 ? 3 : 2, columns)).join("\n")}\n${said.join("\n")}\n`;
};

/** One line a run and pair of domains; a run whose source has no vectors has one of the unseen domain alone. */
const linesOf = (distances: readonly RunDistance[]): string[][] => {
  const ofRun = new Map<string, RunDistance[]>();
  for (const one of distances) {
    const key = JSON.stringify([one.run, one.unseen]);
    ofRun.set(key, [...(ofRun.get(key) ?? []), one]);
  }
  return [...ofRun.values()].flatMap((all) => {
    const of = (reading: RunDistance["reading"]): readonly RunDistance[] => all.filter((one) => one.reading === reading);
    const across = of("FSD_domain");
    return (across.length > 0 ? across : [undefined]).map((domain) => {
      const three = [domain, of("FSD_align")[0], of("FSD_pred")[0]];
      const { run, seed, unseen, dice } = all[0]!;
      const sizes = three.find((one) => one?.found)?.found;
      return [
        ...[run, String(seed), domain?.on ?? unseen],
        ...three.map((one) => (one?.found ? six(one.found.value) : none)),
        ...[dice?.toFixed(4) ?? none, sizes ? `${sizes.x.n}, ${sizes.y.n}` : none, sizes ? String(sizes.d) : none],
      ];
    });
  });
};

const correlationLine = ({ reading, on, n, d, found }: AcrossCorrelation): string[] => [
  ...[reading, on],
  ...(found.rho === null
    ? [none, none, none, none]
    : [
        found.rho.toFixed(3),
        String(Number(found.p.toPrecision(2))),
        `${found.permutations}${found.method === "all permutations" ? ", all" : " at random"}`,
        found.r.toFixed(3),
      ]),
  ...[String(found.n), n.join(", "), String(d)],
];
