import { fsdAlign, fsdDomain, fsdPred, type Fsd, type Shrink } from "@segdistill/metrics-fsd";
import { readRunFolder } from "@segdistill/core";
import { readingOfFiles } from "../errors.js";
import { pairsOfRun, type PairOfSets } from "../frechet/of-run.js";
import { readLatents } from "../frechet/latents-file.js";
import type { Common } from "../program.js";
import { table } from "../terminal/table.js";
import { columnsOf, write, writeJson } from "../terminal/write.js";

export interface FrechetOptions extends Common {
  readonly reading?: "align" | "domain" | "pred";
  readonly shrink?: Shrink;
  readonly pca?: number;
  readonly bootstrap?: number;
  readonly seed?: number;
}

/**
 * `segdistill frechet`: the Fréchet semantic distance of two files of latents, with all that has to be known to read it; or every distance that a run's own observations give.
 *
 * @throws frechet/reading, frechet/no-observations, frechet/missing, frechet/file, and what reading a run throws
 */
export const frechet = async (a: string, b: string | undefined, options: FrechetOptions): Promise<number> => {
  const { reading, json } = options;
  if (b === undefined) {
    if (reading !== undefined) throw readingOfFiles(reading);
    const all: (PairOfSets & { readonly found: Fsd })[] = [];
    for (const pair of await pairsOfRun(await readRunFolder(a))) all.push({ ...pair, found: await distance(pair, options) });
    if (json === true)
      writeJson(
        all.map(({ network, on, x, y, found }) => ({ ...found, network, on, x: { ...found.x, file: x }, y: { ...found.y, file: y } })),
      );
    else write(together(all));
    return 0;
  }
  if (reading === undefined) throw readingOfFiles(undefined);
  const found = await distance({ reading, x: a, y: b }, options);
  if (json === true) writeJson({ ...found, x: { ...found.x, file: a }, y: { ...found.y, file: b } });
  else write(shown(found, a, b));
  return 0;
};

/** The distance of two files. */
const distance = async (
  { reading, x: a, y: b }: Pick<PairOfSets, "reading" | "x" | "y">,
  { shrink, pca, bootstrap, seed }: FrechetOptions,
): Promise<Fsd> => {
  const [x, y] = await Promise.all([readLatents(a), readLatents(b)]);
  const options = {
    ...(shrink !== undefined && { shrink }),
    ...(pca !== undefined && { pca }),
    ...(bootstrap !== undefined && { resamples: bootstrap }),
    ...(seed !== undefined && { seed }),
  };
  if (reading === "align") return fsdAlign({ aligned: x, semantic: y }, options);
  if (reading === "domain") return fsdDomain({ source: x, target: y }, options);
  return fsdPred({ predicted: x, truth: y }, options);
};

/** A run's distances, one a line. */
const together = (all: readonly (PairOfSets & { readonly found: Fsd })[]): string => {
  const rows = all.map(({ network, on, found: { reading, value, interval, x, y } }) => [
    reading,
    network,
    on,
    six(value),
    interval === null ? "none" : `${six(interval.low)} to ${six(interval.high)}`,
    `${x.n}, ${y.n}`,
  ]);
  const { found } = all[0]!;
  const said = [
    `d ${found.d}, shrink ${found.shrink}, pca ${found.pca ?? "none"}. Values of other N or options are not comparable.`,
    ...[...new Set(all.flatMap((one) => one.found.cautions))].map((caution) => `caution: ${caution}`),
  ];
  return `${table([["reading", "network", "pictures", "value", "95 % interval", "N"], ...rows], 3, columnsOf())}\n${said.join("\n")}\n`;
};

const six = (value: number): string => value.toPrecision(6);

const shown = ({ reading, value, interval, reason, x, y, d, shrink, pca, form, cautions }: Fsd, a: string, b: string): string => {
  const around =
    interval === null
      ? `none: ${reason!}`
      : `${six(interval.low)} to ${six(interval.high)} (${100 * interval.level} %, ${interval.resamples} resamples of ${interval.units}, ${interval.draws}, seed ${interval.seed}; bias ${six(interval.bias)})`;
  const rows = [
    [reading, six(value)],
    ["interval", around],
    [`X, ${x.set}`, `${a}, N ${x.n}`],
    [`Y, ${y.set}`, `${b}, N ${y.n}`],
    ["d", String(d)],
    ["options", `shrink ${shrink}, pca ${pca ?? "none"}, by ${form}`],
  ];
  const said = ["Values of other N or options are not comparable.", ...cautions.map((caution) => `caution: ${caution}`)];
  return `${table(rows, 2, columnsOf())}\n${said.join("\n")}\n`;
};
