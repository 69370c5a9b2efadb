import { existsSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { fsdAlign, fsdDomain, fsdPred, type Fsd, type Shrink } from "@segdistill/metrics-fsd";
import { latentsPicture } from "@segdistill/report";
import { readRunFolder, writeAtomic } from "@segdistill/core";
import { filesAndFolders, pictureOfOne, readingOfFiles } from "./errors.js";
import { acrossRuns, runsOf } from "../frechet/across-runs.js";
import { acrossText } from "../frechet/across-text.js";
import { pairsOfRun, type PairOfSets } from "../frechet/of-run.js";
import { latentsOfRun } from "../frechet/picture.js";
import { readLatents } from "../frechet/latents-file.js";
import { readings, withReasons } from "../frechet/with-reasons.js";
import type { Common } from "../program.js";
import { table } from "../terminal/table.js";
import { columnsOf, write, writeJson } from "../terminal/write.js";

export interface FrechetOptions extends Common {
  readonly reading?: "align" | "domain" | "pred";
  readonly shrink?: Shrink;
  readonly pca?: number;
  readonly bootstrap?: number;
  readonly seed?: number;
  readonly picture?: string;
}

/**
 * `segdistill frechet`: the Fréchet semantic distance of two files of latents, with all that has to be known to read it; every distance that a run's own observations give, or a picture of its
 * latents; or the distances of several runs, beside Dice.
 *
 * @throws frechet/reading, frechet/paths, frechet/picture, frechet/no-observations, frechet/no-runs, frechet/missing, frechet/file, and what reading a run throws
 */
export const frechet = async (paths: readonly string[], options: FrechetOptions): Promise<number> => {
  const { reading, picture } = options;
  const others = paths.filter((path) => !existsSync(path) || !statSync(path).isDirectory());
  if (picture !== undefined) {
    if (paths.length > 1 || reading !== undefined || extname(picture).toLowerCase() !== ".svg") throw pictureOfOne(picture);
    return drawn(paths[0]!, picture, options);
  }
  if (reading !== undefined) {
    if (paths.length !== 2) throw readingOfFiles(reading);
    return ofFiles(reading, paths[0]!, paths[1]!, options);
  }
  if (paths.length === 1) {
    const alone = runsOf(paths[0]!);
    return alone.length > 0 && alone[0] !== paths[0] ? together(paths, options) : ofRun(paths[0]!, options);
  }
  if (others.length === 0) return together(paths, options);
  throw others.length === 2 && paths.length === 2 ? readingOfFiles(undefined) : filesAndFolders(others);
};

const ofFiles = async (reading: PairOfSets["reading"], a: string, b: string, options: FrechetOptions): Promise<number> => {
  const found = await distance({ reading, x: a, y: b }, options);
  if (options.json === true) writeJson({ ...found, x: { ...found.x, file: a }, y: { ...found.y, file: b } });
  else write(shown(found, a, b));
  return 0;
};

const ofRun = async (path: string, options: FrechetOptions): Promise<number> => {
  const all: OfRun[] = [];
  const { found, refuse } = withReasons();
  for (const pair of await pairsOfRun(await readRunFolder(path))) all.push({ ...pair, found: await found(distance(pair, options)) });
  refuse();
  if (options.json === true) writeJson(all.map(ofRunJson));
  else write(ofRunText(all));
  return 0;
};

/** A run's pair of sets with its distance, or the reason why it has none. */
interface OfRun extends PairOfSets {
  readonly found: Fsd | string;
}

const ofRunJson = ({ reading, network, on, x, y, found }: OfRun): object =>
  typeof found === "string"
    ? { reading: readings[reading], value: null, interval: null, reason: found, network, on, x: { file: x }, y: { file: y } }
    : { ...found, network, on, x: { ...found.x, file: x }, y: { ...found.y, file: y } };

/** Intervals are not shown over runs, and cost the most: none unless asked for. */
const together = async (paths: readonly string[], options: FrechetOptions): Promise<number> => {
  const seed = options.seed ?? 0;
  const found = await acrossRuns(paths, (pair) => distance(pair, { bootstrap: 0, ...options }), seed);
  if (options.json === true) writeJson({ ...found, seed });
  else write(acrossText(found, seed, columnsOf()));
  return 0;
};

const drawn = async (path: string, picture: string, { seed = 0, json }: FrechetOptions): Promise<number> => {
  const run = await readRunFolder(path);
  const found = await latentsOfRun(run, run.results?.name ?? basename(run.paths.folder), seed);
  await writeAtomic(picture, latentsPicture(found));
  if (json === true) writeJson({ picture, seed, ...found });
  else
    write(
      `${picture}: ${found.rows.map(({ title }) => title.toLowerCase()).join(", ")}; ${found.domains.map(({ name }) => name).join(", ")}\n`,
    );
  return 0;
};

/** The distance of two files; its interval draws groups where both files tell them. */
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
  const groupsAs = <X extends string, Y extends string>(one: X, other: Y) =>
    x.groups && y.groups ? { groups: { [one]: x.groups, [other]: y.groups } as Record<X | Y, readonly string[]> } : {};
  if (reading === "align") return fsdAlign({ aligned: x.rows, semantic: y.rows }, { ...options, ...groupsAs("aligned", "semantic") });
  if (reading === "domain") return fsdDomain({ source: x.rows, target: y.rows }, { ...options, ...groupsAs("source", "target") });
  return fsdPred({ predicted: x.rows, truth: y.rows }, { ...options, ...groupsAs("predicted", "truth") });
};

/** A run's distances, one a line. */
const ofRunText = (all: readonly OfRun[]): string => {
  const rows = all.map(({ reading, network, on, found }) => [
    ...[readings[reading], network, on],
    ...(typeof found === "string" ? [none, none, none] : [six(found.value), around(found.interval), `${found.x.n}, ${found.y.n}`]),
  ]);
  const distances = all.flatMap(({ found }) => (typeof found === "string" ? [] : [found]));
  const said = [
    ...distances
      .slice(0, 1)
      .map(({ d, shrink, pca }) => `d ${d}, shrink ${shrink}, pca ${pca ?? "none"}. Values of other N or options are not comparable.`),
    ...[...new Set(distances.flatMap(({ interval }) => interval?.units ?? []))].map((units) => `Intervals are over ${units}.`),
    ...all.flatMap(({ reading, network, on, found }) =>
      typeof found === "string" ? [`no ${[readings[reading], network].filter(Boolean).join(" ")} (${on}): ${found}`] : [],
    ),
    ...[...new Set(distances.flatMap(({ cautions }) => cautions))].map((caution) => `caution: ${caution}`),
  ];
  return `${table([["reading", "network", "pictures", "value", "95 % interval", "N"], ...rows], 3, columnsOf())}\n${said.join("\n")}\n`;
};

const around = (interval: Fsd["interval"]): string => (interval === null ? "none" : `${six(interval.low)} to ${six(interval.high)}`);

const none = "–";
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
