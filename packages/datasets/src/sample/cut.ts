import { random } from "@segdistill/core/random";
import type { Augmenting } from "./augmentation.js";
import { centreFor, wanted, type Foreground } from "./foreground.js";
import { warped, type Patch, type Source } from "./warp.js";

/** What a patch is cut from. */
export type CutSource = Source & { readonly image: { readonly data: Float32Array }; readonly foreground: Foreground };

const held = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/**
 * Cuts patches out of prepared pictures and augments them: place, warp and pixel values follow from the key of a patch alone.
 *
 * @param share of the patches that hold a foreground pixel for certain, where the picture has one
 */
export function cutter(
  size: readonly [height: number, width: number],
  augmenting: Augmenting,
  share: number,
): (source: CutSource, patch: Patch, key: string) => void {
  const [height, width] = size;

  const copy = (source: CutSource, patch: Patch, key: string, top: number, left: number): void => {
    const { image, label, valid } = source;
    const [upsideDown, mirrored] = augmenting.flips(key);
    for (let y = 0; y < height; y++) {
      const from = (top + (upsideDown ? height - 1 - y : y)) * image.width + left;
      const to = y * width;
      patch.image.set(image.data.subarray(from, from + width), to);
      if (label) patch.label.set(label.data.subarray(from, from + width), to);
      patch.valid.set(valid.data.subarray(from, from + width), to);
      if (mirrored) for (const array of [patch.image, patch.label, patch.valid]) array.subarray(to, to + width).reverse();
    }
  };

  return (source, patch, key) => {
    const { image, label } = source;
    const [lowest, rightmost] = [image.height - height, image.width - width];
    const sought = wanted(key, share, source.foreground, size);
    const place = random(`${key}/place`);
    if (!augmenting.warps) {
      const top = sought ? held(Math.floor(sought.pixel / image.width) - sought.row, 0, lowest) : place.below(lowest + 1);
      const left = sought ? held((sought.pixel % image.width) - sought.column, 0, rightmost) : place.below(rightmost + 1);
      copy(source, patch, key, top, left);
    } else {
      const warp = augmenting.warp(key, size);
      const at = sought && centreFor(sought, image.width, size, warp);
      const centre = at
        ? ([held(at[0], height / 2, lowest + height / 2), held(at[1], width / 2, rightmost + width / 2)] as const)
        : ([place.below(lowest + 1) + height / 2, place.below(rightmost + 1) + width / 2] as const);
      warped(source, patch, size, { ...warp, centre });
      // at the picture's edge a turned patch may miss what it was to hold: then it reaches over the edge
      if (at && !patch.label.includes(label!.data[sought.pixel]!)) warped(source, patch, size, { ...warp, centre: at });
    }
    augmenting.values(key, patch.image, size);
  };
}
