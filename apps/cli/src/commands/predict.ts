import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { startEngine } from "@segdistill/backend";
import {
  brightest,
  fieldOfView,
  readPicture,
  readVolume,
  volumesIn,
  walk,
  windowSchema,
  writeLabels,
  writePng,
  type VolumeFile,
  type Window,
} from "@segdistill/datasets";
import { prepare, type PrepareOptions } from "@segdistill/datasets/prepare";
import { badWindow, inputMissing, noPictures, wouldOverwrite } from "./errors.js";
import type { Common } from "../program.js";
import { forward } from "../run/forward.js";
import { openStudent } from "../run/open-student.js";
import { overlay, visible } from "../run/overlay.js";
import { decided, preparedLogits } from "../run/predict-picture.js";
import { predictVolume } from "../run/predict-volume.js";
import { onScreen } from "../terminal/progress.js";
import { write, writeJson } from "../terminal/write.js";
import { fetchedLibrary } from "./setup.js";

export interface PredictOptions extends Common {
  readonly out: string;
  /** Of volumes: what becomes 0 and 255 before the student's own preparation. */
  readonly window?: string;
  /** Of volumes with several. */
  readonly channel?: number;
}

const endings = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".webp", ".pgm", ".ppm", ".gz"];

const isNifti = (path: string): boolean => /\.nii\.gz$/i.test(path);

/** A picture, or all pictures below a folder, in order; there may be none where there are `volumes`. Throws predict/… errors, and link-leaves where a link in the folder leads out of it. */
export const picturesIn = async (path: string, volumes = 0): Promise<readonly string[]> => {
  if (!existsSync(path)) throw inputMissing(path);
  if (!(await stat(path)).isDirectory()) return volumes === 0 ? [path] : [];
  const found = (await walk(path))
    .map(({ file }) => file)
    .filter((file) => endings.includes(extname(file).toLowerCase()) && !isNifti(file));
  if (found.length === 0 && volumes === 0) throw noPictures(path, endings);
  return found.sort();
};

/** Where the results of a picture go: its place below the input folder, without its endings. */
export const outputOf = (picture: string, input: string, out: string): { readonly mask: string; readonly overlay: string } => {
  const inner = picture === input ? basename(picture) : relative(input, picture);
  const bare = inner.replace(/(\.(png|jpe?g|tiff?|gif|webp|pgm|ppm|gz))+$/i, "");
  // Of "...png" two dots would be left, which is the folder above.
  const stem = join(out, /(^|[\\/])\.*$/.test(bare) ? inner : bare);
  return { mask: `${stem}.png`, overlay: `${stem}.overlay.png` };
};

/** A window as `--window` gives it: `-100,240` in HU, or `1%,99%` of the volume. Throws predict/window. */
export const windowOf = (text: string): Window => {
  const [, from, percent, to, percentTo] = /^(-?[\d.]+)(%?),(-?[\d.]+)(%?)$/.exec(text) ?? [];
  const read = windowSchema.safeParse(
    percent === "%" ? { percentiles: [Number(from), Number(to)] } : { from: Number(from), to: Number(to) },
  );
  if (!read.success || percent !== percentTo) throw badWindow(text);
  return read.data;
};

/** Where the labels of a volume go. Throws predict/overwrites where that is the input itself. */
export const labelsOf = ({ path, source }: VolumeFile, out: string): string => {
  const to = join(out, `${path}.nii.gz`);
  if (typeof source === "string" && resolve(source) === resolve(to)) throw wouldOverwrite(to);
  return to;
};

/** `segdistill predict`: a mask and an overlay for every picture, labels as NIfTI for every volume, on the input's own grid. */
export const predict = async (folder: string, input: string, { out, ...options }: PredictOptions): Promise<number> => {
  const show = onScreen(options.quiet === true || options.json === true);
  const volumes = existsSync(input) ? await volumesIn(input) : [];
  const pictures = await picturesIn(input, volumes.length);
  const targets = volumes.map((volume) => labelsOf(volume, out));
  const window = options.window === undefined ? undefined : windowOf(options.window);
  const opened = await openStudent(folder);
  await fetchedLibrary(options, show);
  await startEngine();
  const { prepare: steps, tile, classes } = opened.student;
  const prepared = prepare(steps as unknown as PrepareOptions);
  const needsField = prepared.describe.some((step) => "fieldOfViewWidth" in step);
  const { network, dispose } = opened.build();
  const { logits } = forward(network, "float32");
  const written: { readonly picture: string; readonly mask: string; readonly overlay: string }[] = [];
  for (const [i, picture] of pictures.entries()) {
    show.doing("predicting", `${i + 1}/${pictures.length}`);
    const image = await readPicture(picture);
    // No mask of the field of view comes with a picture of one's own: it is found as the retinal sets find theirs.
    const field = needsField ? fieldOfView(brightest(image), 40) : null;
    const ready = prepared.apply({ id: picture, image, fieldOfView: field });
    const whole = tile.size ?? Infinity;
    const { label } = decided(
      ready.toNative(await preparedLogits(ready, logits, { size: whole, overlap: tile.overlap, multiple: opened.spec.multiple })),
    );
    const to = outputOf(picture, input, out);
    await mkdir(dirname(to.mask), { recursive: true });
    await writePng(to.mask, visible(label, classes.length));
    await writePng(to.overlay, overlay(image, label));
    written.push({ picture, ...to });
  }
  for (const [i, { path, source }] of volumes.entries()) {
    const volume = await readVolume(source, { channel: options.channel });
    const labels = await predictVolume(volume, path, {
      ...{ prepared, logits, window, tiles: { size: tile.size ?? Infinity, overlap: tile.overlap, multiple: opened.spec.multiple } },
      ...(needsField && { fieldOf: (image) => fieldOfView(brightest(image), 40) }),
      doing: (slice, of) => show.doing("predicting", `volume ${i + 1}/${volumes.length}, slice ${slice}/${of}`),
    });
    await mkdir(dirname(targets[i]!), { recursive: true });
    await writeLabels(targets[i]!, labels, volume);
  }
  dispose();
  show.close();
  const labelled = volumes.map(({ path }, i) => ({ volume: path, labels: targets[i]! }));
  if (options.json) writeJson([...written, ...labelled]);
  else {
    if (written.length > 0) write(`${written.length} ${written.length === 1 ? "picture" : "pictures"}: masks and overlays are in ${out}\n`);
    if (labelled.length > 0) write(`${labelled.length} ${labelled.length === 1 ? "volume" : "volumes"}: labels are in ${out}\n`);
  }
  return 0;
};
