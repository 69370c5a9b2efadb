import { existsSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { readRunFolder, type RunView } from "@segdistill/core";
import { random } from "@segdistill/core/random";
import { correlation, type Correlation } from "@segdistill/metrics";
import type { Fsd } from "@segdistill/metrics-fsd";
import { isUserError } from "../errors.js";
import { noRunWithLatents } from "./errors.js";
import { runsIn } from "../run-list/find-runs.js";
import { pairsOfRun, type PairOfSets } from "./of-run.js";
import { readings, withReasons, type WithReasons } from "./with-reasons.js";

/** One of a run's distances to an unseen domain or on it, beside the Dice of its distilled student there. */
export interface RunDistance extends Omit<PairOfSets, "reading"> {
  readonly run: string;
  readonly seed: number;
  readonly reading: Reading;
  readonly unseen: string;
  /** Null where there are too few rows or components, with the reason. */
  readonly found: Fsd | null;
  readonly reason: string | null;
  /** Mean over the pictures of the unseen domain. */
  readonly dice: number | null;
  /** Fingerprints of the pictures of both sets. */
  readonly pictures: string;
}

/** A distance and Dice over runs of which N, d and pictures agree. */
export interface AcrossCorrelation {
  readonly reading: Reading;
  readonly on: string;
  readonly unseen: string;
  readonly n: readonly [number, number];
  readonly d: number;
  readonly runs: readonly string[];
  readonly found: Correlation;
}

export interface AcrossRuns {
  readonly distances: readonly RunDistance[];
  readonly correlations: readonly AcrossCorrelation[];
  readonly leftOut: readonly LeftOut[];
}
interface LeftOut {
  readonly run: string;
  readonly reason: string;
}

type Reading = (typeof order)[number];
const order = Object.values(readings);

/** Sweeps hold entries, and these seeds: runs/<name>/<entry>/seed-<n>. */
const deepest = 3;

/** The runs that a path stands for: itself (a link to it too), or all in it. */
export const runsOf = (path: string): readonly string[] => (existsSync(join(path, "config.json")) ? [path] : runsIn(path, deepest));

/**
 * The student's distances of runs (FSD_domain to every unseen domain, FSD_align and FSD_pred on it) beside Dice, and their correlations. Each folder stands for all runs in it; what gives
 * nothing is named with the reason. Runs of which N, d or the pictures differ are not put into one correlation.
 *
 * @throws frechet/no-runs; what reading latents and taking distances throws, but for too few rows or components
 */
export const acrossRuns = async (
  folders: readonly string[],
  distance: (pair: PairOfSets) => Promise<Fsd>,
  seed: number,
): Promise<AcrossRuns> => {
  const distances: RunDistance[] = [];
  const leftOut: LeftOut[] = [];
  const seen = new Set<string>();
  const { found: orReason, refuse } = withReasons();
  for (const folder of folders) {
    const runs = runsOf(folder);
    if (runs.length === 0) leftOut.push({ run: folder, reason: "holds no run" });
    for (const path of runs) {
      const run = relative(process.cwd(), path) || ".";
      const real = realpathSync(path);
      const found = seen.has(real) ? "was named before" : await openedRun(path);
      seen.add(real);
      if (typeof found === "string") leftOut.push({ run, reason: found });
      else for (const pair of found.pairs) distances.push(await measured(run, found.results, pair, orReason(distance(pair))));
    }
  }
  if (distances.length === 0) throw noRunWithLatents(folders, leftOut);
  refuse();
  return { distances, correlations: correlationsOf(distances, seed), leftOut };
};

type Ended = NonNullable<RunView["results"]>;

/** A run's results and the pairs that reach into unseen domains, or why it has none. */
const openedRun = async (path: string): Promise<{ readonly results: Ended; readonly pairs: readonly PairOfSets[] } | string> => {
  try {
    const view = await readRunFolder(path);
    const { results } = view;
    if (results === null) return "has not ended";
    const pairs = (await pairsOfRun(view)).filter(({ network, domains: [, to] }) => network !== "teacher" && results.data[to]?.unseen);
    if (pairs.length === 0) return "keeps no latent vectors of its student on an unseen domain";
    const twice = pairs.find(({ reading, on }, i) => pairs.findIndex((one) => one.reading === reading && one.on === on) < i);
    if (twice) return `has several values of ${readings[twice.reading]} (${twice.on}): more than one of its methods observes vectors`;
    return { results, pairs };
  } catch (e) {
    if (!isUserError(e)) throw e;
    return e.code === "frechet/no-observations" ? "keeps no latent vectors" : e.message;
  }
};

const measured = async (
  run: string,
  { seed, data, models }: Ended,
  pair: PairOfSets,
  taken: ReturnType<WithReasons["found"]>,
): Promise<RunDistance> => {
  const unseen = pair.domains[1];
  const dice = models["distilled"]?.domains[unseen]?.mean["dice"];
  const found = await taken;
  return {
    ...{ ...pair, run, seed, reading: readings[pair.reading], unseen },
    ...(typeof found === "string" ? { found: null, reason: found } : { found, reason: null }),
    dice: typeof dice === "number" ? dice : null,
    pictures: pair.domains.map((domain) => data[domain]!.fingerprint).join(" "),
  };
};

const correlationsOf = (distances: readonly RunDistance[], seed: number): readonly AcrossCorrelation[] => {
  const alike = new Map<string, (RunDistance & { readonly found: Fsd; readonly dice: number })[]>();
  for (const one of distances) {
    const { reading, on, pictures, found, dice } = one;
    if (found === null || dice === null) continue;
    const key = JSON.stringify([reading, on, found.x.n, found.y.n, found.d, pictures]);
    alike.set(key, [...(alike.get(key) ?? []), { ...one, found, dice }]);
  }
  return [...alike.values()]
    .sort(([a], [b]) => order.indexOf(a!.reading) - order.indexOf(b!.reading))
    .map((runs) => {
      const { reading, on, unseen, found } = runs[0]!;
      const key = `${seed}/frechet/${reading}/${on}`;
      return {
        ...{ reading, on, unseen, n: [found.x.n, found.y.n], d: found.d },
        runs: runs.map(({ run }) => run),
        found: correlation(runs.map((one) => one.found.value), runs.map(({ dice }) => dice), { draw: random, key }), // prettier-ignore
      };
    });
};
