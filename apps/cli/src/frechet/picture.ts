import type { RunView } from "@segdistill/core";
import { random } from "@segdistill/core/random";
import { principalComponents, type Latents } from "@segdistill/metrics-fsd";
import type { LatentsPicture, LatentsRow, Point } from "@segdistill/report";
import { noObservations } from "./errors.js";
import { readLatents } from "./latents-file.js";
import { observedSets, type ObservedSet } from "./of-run.js";

const titles = { teacher: "Teacher", student: "Student", predicted: "Predicted masks" } as const;
/** UMAP's own defaults. */
const [mostNeighbours, minDist] = [15, 0.1];

/**
 * A run's latent vectors for a picture: a row for the teacher's, the student's and those of predicted masks, each with the vectors of true masks; PCA and UMAP of all rows of one row of panels together.
 *
 * @throws frechet/no-observations, and what reading latents throws
 */
export const latentsOfRun = async (run: Pick<RunView, "paths" | "results">, name: string, seed: number): Promise<LatentsPicture> => {
  const sets = await observedSets(run);
  const methods = [...new Set(sets.map(({ method }) => method))];
  const rows: LatentsRow[] = [];
  const neighbours = new Set<number>();
  for (const method of methods)
    for (const [network, title] of Object.entries(titles)) {
      const own = sets.filter((set) => set.method === method && set.name === network);
      if (own.length === 0) continue;
      const masks = sets.filter((set) => set.method === method && set.name === "mask");
      const { row, nNeighbors } = await rowOf(methods.length > 1 ? `${title} (${method})` : title, [...own, ...masks], seed);
      rows.push(row);
      if (nNeighbors !== null) neighbours.add(nNeighbors);
    }
  if (rows.length === 0) throw noObservations(run.paths.folder);
  const parameters = `n_neighbors ${[...neighbours].join(", ") || "none"}, min_dist ${minDist}, seed ${seed}`;
  return {
    title: `Latent vectors of ${name}`,
    domains: [...new Map(sets.map(({ domain, unseen }) => [domain, { name: domain, unseen }])).values()],
    rows,
    notes: [
      "A filled mark is the vector of a picture or a tile of one, or of its predicted mask; a hollow one, of its true mask. Both panels of a row are of all its vectors together.",
      `UMAP: ${parameters}, Euclidean, from random places (umap-js). Distances between clusters in UMAP mean nothing, nor do their sizes; look at who is neighbour of whom.`,
    ],
  };
};

const rowOf = async (
  title: string,
  sets: readonly ObservedSet[],
  seed: number,
): Promise<{ readonly row: LatentsRow; readonly nNeighbors: number | null }> => {
  const read = await Promise.all(sets.map(async ({ file }) => (await readLatents(file)).rows));
  const all = read.flat();
  const { points, shares } = principalComponents(all, Math.max(1, Math.min(2, all[0]?.length ?? 0, all.length - 1)));
  const nNeighbors = all.length < 3 ? null : Math.min(mostNeighbours, all.length - 1);
  const placed = nNeighbors === null ? [] : await umap(all, nNeighbors, `${seed}/frechet/umap`);
  const starts = read.map((_, i) => read.slice(0, i).reduce((sum, rows) => sum + rows.length, 0));
  const two = ([x = 0, y = 0]: ArrayLike<number> & Iterable<number>): Point => [x, y];
  const row = {
    title,
    shares: two(shares),
    noUmap: nNeighbors === null ? `none: ${all.length} vectors, fewer than 3` : null,
    sets: sets.map(({ domain, name }, i) => {
      const own = <T>(of: readonly T[]): readonly T[] => of.slice(starts[i], starts[i]! + read[i]!.length);
      return { domain, masks: name === "mask", pca: own(points).map(two), umap: own(placed).map(two) };
    }),
  };
  return { row, nNeighbors };
};

/** Places in the plane by UMAP, the same for the same rows and key; loaded when needed, since most commands draw nothing. */
const umap = async (rows: Latents, nNeighbors: number, key: string): Promise<readonly (readonly number[])[]> => {
  const { UMAP } = await import("umap-js");
  return new UMAP({ nNeighbors, minDist, random: random(key).next }).fit(rows.map((row) => Array.from(row)));
};
