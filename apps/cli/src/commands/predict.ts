import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { startEngine } from "@segdistill/backend";
import { brightest, fieldOfView, readPicture, walk, writePng } from "@segdistill/datasets";
import { prepare, type PrepareOptions } from "@segdistill/datasets/prepare";
import { inputMissing, noPictures } from "../errors.js";
import type { Common } from "../program.js";
import { forward } from "../run/forward.js";
import { openStudent } from "../run/open-student.js";
import { overlay, visible } from "../run/overlay.js";
import { decided, preparedLogits } from "../run/predict-picture.js";
import { onScreen } from "../terminal/progress.js";
import { write, writeJson } from "../terminal/write.js";
import { fetchedLibrary } from "./setup.js";

export interface PredictOptions extends Common {
  readonly out: string;
}

const endings = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".webp", ".pgm", ".ppm", ".gz"];

/** A picture, or all pictures below a folder, in order. Throws predict/… errors, and link-leaves where a link in the folder leads out of it. */
export const picturesIn = async (path: string): Promise<readonly string[]> => {
  if (!existsSync(path)) throw inputMissing(path);
  if (!(await stat(path)).isDirectory()) return [path];
  const found = (await walk(path)).map(({ file }) => file).filter((file) => endings.includes(extname(file).toLowerCase()));
  if (found.length === 0) throw noPictures(path, endings);
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

/** `segdistill predict`: a mask and an overlay for every picture, on the picture's own grid. */
export const predict = async (folder: string, input: string, { out, ...options }: PredictOptions): Promise<number> => {
  const show = onScreen(options.quiet === true || options.json === true);
  const pictures = await picturesIn(input);
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
  dispose();
  show.close();
  if (options.json) writeJson(written);
  else write(`${written.length} ${written.length === 1 ? "picture" : "pictures"}: masks and overlays are in ${out}\n`);
  return 0;
};
