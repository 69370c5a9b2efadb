import { random } from "@segdistill/core/random";
import { augmentationName, type Augmentation } from "./augment-schema.js";
import { controlPoints, elasticShift } from "./elastic.js";
import { normalNumbers } from "./normal-numbers.js";
import { blurred, brightened, contrasted, gammaCorrected, grained, withinRange } from "./pixel-values.js";
import { product, same, type Matrix, type Warp } from "./warp.js";

type Size = readonly [height: number, width: number];

/** How a patch is changed: numbers follow from its key alone. */
export interface Augmenting {
  /** Whether pixels come from elsewhere than a rectangle of the picture, mirrored or not. */
  readonly warps: boolean;
  /** Whether rows, whether columns are mirrored; of patches that are not warped. */
  readonly flips: (key: string) => readonly [rows: boolean, columns: boolean];
  readonly warp: (key: string, size: Size) => Omit<Warp, "centre">;
  /** Changes pixel values in place, in the order of the list. */
  readonly values: (key: string, pixels: Float32Array, size: Size) => void;
}

const evenly = (u: number, { from, to }: { readonly from: number; readonly to: number }): number => from + (to - from) * u;
const byFactors = (u: number, { from, to }: { readonly from: number; readonly to: number }): number => from * (to / from) ** u;

/** The warp of one geometric augmentation for one patch; undefined for one of pixel values, or where the patch is not drawn for it. */
function warpOf(one: Augmentation, key: string, size: Size): Omit<Warp, "centre"> | undefined {
  const site = `${key}/${augmentationName(one)}`;
  const { next, below } = random(site);
  if (one === "flips") return { matrix: [next() < 0.5 ? -1 : 1, 0, 0, next() < 0.5 ? -1 : 1] };
  if (one === "rotate90") return { matrix: ([[1, 0, 0, 1], [0, -1, 1, 0], [-1, 0, 0, -1], [0, 1, -1, 0]] as const)[below(4)]! }; // prettier-ignore
  if ("rotate" in one && next() < one.rotate.probability) {
    const angle = (evenly(next(), { from: -one.rotate.degrees, to: one.rotate.degrees }) * Math.PI) / 180;
    return { matrix: [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)] };
  }
  if ("scale" in one && next() < one.scale.probability) {
    const factor = byFactors(next(), one.scale);
    return { matrix: [1 / factor, 0, 0, 1 / factor] };
  }
  if ("elastic" in one && next() < one.elastic.probability) {
    const { deviation, spacing } = one.elastic;
    const normal = normalNumbers(`${site}/control`);
    const points = 2 * controlPoints(size[0], spacing) * controlPoints(size[1], spacing);
    return { matrix: same, shift: elasticShift(Float64Array.from({ length: points }, normal), deviation, spacing, size) };
  }
  return undefined;
}

/** One augmentation of pixel values, done to one patch; nothing for a geometric one. */
function changeValues(one: Augmentation, key: string, pixels: Float32Array, size: Size): void {
  if (typeof one === "string") return;
  const site = `${key}/${augmentationName(one)}`;
  const { next } = random(site);
  const drawn = (
    o: { readonly probability: number; readonly range: readonly [number, number] },
    change: (t: Float32Array, u: number) => void,
  ) => {
    if (next() < o.probability) withinRange(pixels, o.range, (t) => change(t, next()));
  };
  if ("brightness" in one) drawn(one.brightness, (t, u) => brightened(t, evenly(u, { from: -one.brightness.by, to: one.brightness.by })));
  else if ("contrast" in one) drawn(one.contrast, (t, u) => contrasted(t, byFactors(u, one.contrast)));
  else if ("gamma" in one) drawn(one.gamma, (t, u) => gammaCorrected(t, byFactors(u, one.gamma)));
  else if ("blur" in one) drawn(one.blur, (t, u) => blurred(t, size, evenly(u, one.blur), Math.ceil(3 * one.blur.to)));
  else if ("noise" in one) drawn(one.noise, (t, u) => grained(t, evenly(u, one.noise), normalNumbers(`${site}/grain`)));
}

/**
 * What a list of augmentations does to a patch. Geometric ones are put together, in the order of the list, and the picture is sampled once: source offset =
 * M₁ · M₂ · … · (p + shift(p)). Those of pixel values come after them, in the order of the list.
 *
 * A key is `seed/epoch/case/occurrence`; each augmentation draws from the stream `key/name`: whether, then how much.
 */
export function augmentation(list: readonly Augmentation[]): Augmenting {
  const flips = list.includes("flips");
  return {
    warps: list.some((one) => one !== "flips" && ["rotate90", "rotate", "scale", "elastic"].includes(augmentationName(one))),
    flips: (key) => {
      const coin = random(`${key}/flips`);
      return [flips && coin.next() < 0.5, flips && coin.next() < 0.5];
    },
    warp: (key, size) => {
      let matrix: Matrix = same;
      let shift: Warp["shift"];
      for (const one of list) {
        const warp = warpOf(one, key, size);
        if (!warp) continue;
        matrix = product(matrix, warp.matrix);
        shift ??= warp.shift;
      }
      return { matrix, shift };
    },
    values: (key, pixels, size) => {
      for (const one of list) changeValues(one, key, pixels, size);
    },
  };
}
