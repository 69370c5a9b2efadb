import { bootstrap, unitsOf, type Interval } from "./bootstrap.js";
import { groupsLength, levelOutOfRange, otherWidth, resamplesOutOfRange, seedOutOfRange } from "./errors.js";
import { frechetOfGaussians, frechetOfRows } from "./frechet.js";
import { areMoments, gaussianOf, wholeOf, type Shrink } from "./gaussian.js";
import type { Latents } from "./latents.js";
import type { Moments } from "./moments.js";
import { principal } from "./principal.js";

export interface FsdOptions<Set extends string = string> {
  /** `none` (default), `identity` or `ledoit-wolf`: {@link gaussianOf}. */
  readonly shrink?: Shrink;
  /** So many principal components of both sets together; without it (default) all dimensions. */
  readonly pca?: number;
  /** Resamples of the interval, 200 by default; 0: no interval. Each costs as much as the distance. */
  readonly resamples?: number;
  /** 0.95 by default. */
  readonly level?: number;
  /** Of the interval's random numbers, 0 by default. */
  readonly seed?: number;
  /** The group (patient) of every row of each set: groups are drawn, not rows. */
  readonly groups?: Readonly<Record<Set, readonly string[]>>;
}

/** A distance with what has to be known to read it. */
export interface Fsd<Reading extends string = string, Set extends string = string> {
  readonly reading: Reading;
  readonly value: number;
  readonly interval: Interval | null;
  /** Why there is no interval. */
  readonly reason: string | null;
  /** N_X and N_Y with the names of the sets. */
  readonly x: { readonly set: Set; readonly n: number };
  readonly y: { readonly set: Set; readonly n: number };
  /** Numbers in a latent. */
  readonly d: number;
  readonly shrink: Shrink;
  readonly pca: number | null;
  readonly form: "singular values" | "covariances";
  /** Sentences to be shown with the value. */
  readonly cautions: readonly string[];
}

/** Rows, or the moments of rows that were never all in memory. */
export type LatentSet = Latents | Moments;

/**
 * FSD_align(m, D): do the vectors of network m mean what the masks of the same pictures mean? X: v_m(x), the aligned latents of pictures; Y: ζ(y), the P-SAE's latents of their true masks.
 * Row i of both is of one picture where they are as many. For the rest see {@link fsdDomain}.
 */
export const fsdAlign = (
  sets: Readonly<Record<"aligned" | "semantic", LatentSet>>,
  options: FsdOptions<"aligned" | "semantic"> = {},
): Fsd<"FSD_align", "aligned" | "semantic"> => measured("FSD_align", "aligned", "semantic", true, sets, options);

/**
 * FSD_domain(m): are the vectors of network m the same in another domain? X: v_m on the source's test pictures; Y: v_m on a target's.
 * `‖μ_X − μ_Y‖² + Tr(Σ_X + Σ_Y − 2 (Σ_X Σ_Y)^½)`; lower is better, in squared units of the latents.
 *
 * Values at different N, or with different options, are not comparable.
 *
 * @param sets rows [N, d], N ≥ 2, or moments (then no interval and no Ledoit-Wolf)
 * @throws fewer than two rows, rows of different lengths, numbers that are not finite, different widths; options out of range
 * Source: methods.md 3.7; the form is ours, by analogy with FID (Heusel et al., NeurIPS 2017), the paper's definition was not published where we could read it.
 */
export const fsdDomain = (
  sets: Readonly<Record<"source" | "target", LatentSet>>,
  options: FsdOptions<"source" | "target"> = {},
): Fsd<"FSD_domain", "source" | "target"> => measured("FSD_domain", "source", "target", false, sets, options);

/**
 * FSD_pred: do predicted masks look like true ones? X: P-SAE latents of predicted masks; Y: P-SAE latents of true masks.
 * Row i of both is of one picture where they are as many. For the rest see {@link fsdDomain}.
 */
export const fsdPred = (
  sets: Readonly<Record<"predicted" | "truth", LatentSet>>,
  options: FsdOptions<"predicted" | "truth"> = {},
): Fsd<"FSD_pred", "predicted" | "truth"> => measured("FSD_pred", "predicted", "truth", true, sets, options);

/** Below so many rows a dimension a distance is mostly of chance where sets are alike. [ours] */
const rowsPerDimension = 10;

function measured<Reading extends string, Set extends string>(
  reading: Reading,
  x: Set,
  y: Set,
  ofSamePictures: boolean,
  sets: Readonly<Record<Set, LatentSet>>,
  { shrink = "none", pca, resamples = 200, level = 0.95, seed = 0, groups }: FsdOptions<Set>,
): Fsd<Reading, Set> {
  if (!(level > 0 && level < 1)) throw levelOutOfRange(level);
  if (resamples !== 0 && !(Number.isInteger(resamples) && resamples >= 10)) throw resamplesOutOfRange(resamples);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw seedOutOfRange(seed);
  const who = (set: Set): string => `${reading}: ${set}`;
  const [ofX, ofY] = [wholeOf(sets[x], who(x)), wholeOf(sets[y], who(y))];
  const [d, nX, nY] = [ofX.mean.length, ofX.n, ofY.n];
  if (ofY.mean.length !== d) throw otherWidth(who(x), d, who(y), ofY.mean.length);
  for (const [set, n] of [[x, nX], [y, nY]] as const) // prettier-ignore
    if (groups !== undefined && groups[set].length !== n) throw groupsLength(who(set), groups[set].length, n);
  const placed = pca === undefined ? (set: LatentSet): LatentSet => set : principal(ofX, ofY, pca);
  const [inX, inY] = [placed(sets[x]), placed(sets[y])];
  const dimensions = pca ?? d;
  const fewRows = !areMoments(inX) && !areMoments(inY) && nX * nY * Math.min(nX, nY) <= dimensions ** 3;
  const form = shrink === "none" && fewRows ? "singular values" : "covariances";
  const distance = (a: LatentSet, b: LatentSet): number =>
    form === "singular values"
      ? frechetOfRows(a as Latents, b as Latents)
      : frechetOfGaussians(gaussianOf(a, shrink, who(x)), gaussianOf(b, shrink, who(y)));
  const value = distance(inX, inY);

  const common = { reading, value, x: { set: x, n: nX }, y: { set: y, n: nY }, d, shrink, pca: pca ?? null, form } as const;
  const few = ([[x, nX], [y, nY]] as const).filter(([, n]) => n < rowsPerDimension * dimensions); // prettier-ignore
  const cautions = few.map(
    ([set, n]) =>
      `${who(set)} has ${n} rows for ${dimensions} dimensions, fewer than ${rowsPerDimension} for each: the value is too large, by more the fewer they are. Compare it only with values of the same N and options, or lower pca.`,
  );
  const none = (reason: string): Fsd<Reading, Set> => ({ ...common, interval: null, reason, cautions });
  if (resamples === 0) return none("no resamples were asked for");
  if (areMoments(inX) || areMoments(inY)) return none("moments hold no rows to draw from");
  const [unitsX, unitsY] = [unitsOf(nX, groups?.[x]), unitsOf(nY, groups?.[y])];
  if (unitsX.length < 2 || unitsY.length < 2) return none("one group says nothing about the spread between groups");
  const pairs = ofSamePictures && nX === nY && (groups === undefined || groups[x].every((group, i) => group === groups[y][i]));
  const taken = (rows: readonly number[], from: Latents): Latents => rows.map((row) => from[row]!);
  const found = bootstrap(value, unitsX, pairs ? null : unitsY, (a, b) => distance(taken(a, inX), taken(b, inY)), { level, resamples, seed }); // prettier-ignore
  return {
    ...common,
    interval: {
      ...{ ...found, level, resamples, seed },
      units: groups === undefined ? "rows" : "groups",
      draws: pairs ? "pairs" : "each set by itself",
    },
    reason: null,
    cautions,
  };
}
