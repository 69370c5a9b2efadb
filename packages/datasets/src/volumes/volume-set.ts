import { z } from "zod";
import type { Case, DataSet, Mask, Raster } from "@segdistill/core/contract";
import { fingerprint } from "../adapters/fingerprint.js";
import { leftOutWarning } from "../adapters/parts.js";
import type { Parts } from "../adapters/split-by-group.js";
import { gridsDiffer } from "./errors.js";
import { windowed } from "../raster/window.js";
import { along, axesOf, differenceOf, gridText, spacingOf, type Grid } from "../readers/volume/grid.js";
import { remembered } from "./remembered.js";
import { filesOf, headerOf, rememberedSum, sliceOf, type VolumeFile } from "./volume-files.js";
import type { VolumeSettings } from "./volume-options.js";

/** The truth of a volume, slice by slice in canonical order. */
export interface VolumeLabel {
  readonly slice: (z: number) => Promise<Mask>;
  readonly files: readonly string[];
  /** Everything but the files that the class of a voxel depends on, as text: what was found out is remembered under it. */
  readonly mapping: string;
}

/** One volume of a set. */
export interface VolumeCase {
  readonly id: string;
  readonly group: string;
  readonly image: VolumeFile;
  /** Null: no label. */
  readonly label: VolumeLabel | null;
  readonly grid: Grid;
  /** Whether the header's spacing is known to be untrue. */
  readonly isSpacingUnknown?: boolean;
}

export interface VolumeSet {
  readonly name: string;
  readonly domain: string;
  readonly samePeople?: readonly string[];
  readonly classes: readonly string[];
  readonly volumes: readonly VolumeCase[];
  /** Volume ids by part. */
  readonly splits: Parts;
  readonly warnings: readonly string[];
  readonly settings: Pick<VolumeSettings, "slices" | "window">;
  /** Which part of a volume of its own slices a slice is in, for sets of so few patients that one must be learnt and watched on; then the parts' names carry it. */
  readonly within?: ((slice: number, depth: number, stepMm: number) => "train" | "validation" | null) | undefined;
  /** What values below and above become before anything else, such as padding outside of a CT. */
  readonly clip?: readonly [number, number];
  /** Done to images and labels alike. */
  readonly turned?: <P extends Raster | Mask>(picture: P) => P;
}

/** How many slices a volume of a grid has. */
export const depthOf = (grid: Grid): number => along(grid.size, axesOf(grid))[0];

/**
 * A label in a volume file of its own, on the grid of its image.
 *
 * @param classOf class indices of a slice of the file's values
 * @throws grids-differ, both files and both grids named
 */
export async function labelVolume(
  name: string,
  file: VolumeFile,
  { image, grid, trustShape = false }: { readonly image: VolumeFile; readonly grid: Grid; readonly trustShape?: boolean },
  mapping: string,
  classOf: (values: Raster, path: string) => Mask,
): Promise<VolumeLabel> {
  const other = (await headerOf(file)).grid;
  const difference = differenceOf(grid, other);
  if (difference === "size" || (difference === "affine" && !trustShape))
    throw gridsDiffer(name, image.path, gridText(grid), file.path, gridText(other), difference === "affine");
  return { slice: async (z) => classOf(await sliceOf(file, z), file.path), files: filesOf(file), mapping };
}

/**
 * A data set whose cases are the slices of volumes, lazily: a volume is read when a slice of it is first asked for and stays in memory while it is among the last ones used.
 *
 * Cases are called `<volume>/<slice>`, slice 0 nearest to the feet; all slices of a volume are one group. Which slices show something is found by reading every label once, and remembered.
 */
export async function volumeSet({
  name,
  domain,
  samePeople,
  classes,
  volumes,
  splits,
  warnings,
  settings,
  clip,
  within,
  turned = (p) => p,
}: VolumeSet): Promise<DataSet> {
  const slicesOf = new Map<string, readonly Case[]>();
  const without: string[] = [];
  for (const volume of volumes) {
    const depth = depthOf(volume.grid);
    const chosen = await chosenSlices(volume, depth, settings.slices);
    if (chosen.length === 0) without.push(volume.id);
    const digits = Math.max(3, String(depth - 1).length);
    const [mm, row, column] = along(spacingOf(volume.grid), axesOf(volume.grid));
    const partOf = (slice: number): string => within?.(slice, depth, mm) ?? "between";
    const isKnown = volume.isSpacingUnknown !== true;
    slicesOf.set(
      volume.id,
      chosen.map(
        (slice): Case => ({
          id: `${volume.id}/${String(slice).padStart(digits, "0")}`,
          group: within ? `${volume.group}/${partOf(slice)}` : volume.group,
          domain,
          spacingMm: isKnown ? [row, column] : null,
          volume: { id: volume.id, slice, slices: depth, spacingMm: isKnown ? [mm, row, column] : null },
          image: async () => {
            const read = clipped(await sliceOf(volume.image, slice), clip);
            return turned(settings.window === undefined ? read : windowed(read, settings.window));
          },
          label: async () => (volume.label === null ? null : turned(await volume.label.slice(slice))),
          fieldOfView: () => Promise.resolve(null),
          secondObserver: () => Promise.resolve(null),
        }),
      ),
    );
  }
  const own = (part: string): string[] => [...slicesOf.values()].flat().filter(({ group }) => group.endsWith(`/${part}`)).map(({ id }) => id); // prettier-ignore
  const idsOf = (ids: readonly string[]): string[] => ids.flatMap((id) => slicesOf.get(id)!.map((one) => one.id));
  return {
    name,
    domain,
    ...(samePeople && { samePeople }),
    classes,
    cases: volumes.flatMap(({ id }) => slicesOf.get(id)!),
    splits: within
      ? { all: idsOf(splits["all"]!), "within-patient-train": own("train"), "within-patient-validation": own("validation") }
      : Object.fromEntries(Object.entries(splits).map(([part, ids]) => [part, idsOf(ids)])),
    warnings: [
      ...warnings,
      ...leftOutWarning(name, splits, "volumes"),
      ...(without.length === 0
        ? []
        : [`[${name}] ${String(without.length)} volumes show nothing in any slice, first "${without[0]!}": left out.`]),
    ],
    fingerprint: () =>
      fingerprint(
        volumes.flatMap(({ id, image, label }) => [
          ...filesOf(image).map((bytes, i) => ({ id: `${id} image ${String(i)}`, bytes })),
          ...(label?.files ?? []).map((bytes, i) => ({ id: `${id} mask ${String(i)}`, bytes })),
        ]),
        rememberedSum,
      ),
  };
}

function clipped(slice: Raster, clip: readonly [number, number] | undefined): Raster {
  if (clip === undefined) return slice;
  const within = (value: number): number => Math.min(clip[1], Math.max(clip[0], value));
  const { percentile } = slice;
  return { ...slice, data: slice.data.map(within), ...(percentile && { percentile: (p) => within(percentile(p)) }) };
}

async function chosenSlices({ label }: VolumeCase, depth: number, slices: VolumeSettings["slices"]): Promise<readonly number[]> {
  const all = Array.from({ length: depth }, (_, z) => z);
  if (slices === "all" || label === null) return all;
  const shows = await remembered(`foreground ${label.mapping}`, label.files, z.array(z.boolean()).length(depth), async () => {
    const found: boolean[] = [];
    for (const slice of all) found.push((await label.slice(slice)).data.some((value) => value > 0 && value !== 255));
    return found;
  });
  const some = all.filter((slice) => shows[slice]);
  if (slices === "foreground") return some;
  const others = all.filter((slice) => !shows[slice]);
  const count = Math.min(others.length, some.length);
  // Evenly spread: the middle of each of `count` equal pieces.
  const kept = new Set(Array.from({ length: count }, (_, i) => others[Math.floor(((i + 0.5) * others.length) / count)]!));
  return all.filter((slice) => shows[slice] || kept.has(slice));
}
