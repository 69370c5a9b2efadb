import type { Mask, Raster } from "@segdistill/core/contract";
import { fieldOfViewNeeded, prepareChannels, prepareSizes, scoresSize } from "./errors.js";
import { channel } from "../raster/channel.js";
import { clahe } from "../raster/clahe.js";
import { boundingBox } from "../raster/field-of-view.js";
import { windowed } from "../raster/window.js";
import { resizeBilinear, resizeNearest } from "../raster/resize.js";
import { prepareSchema, type PrepareOptions, type PrepareStep } from "./schema.js";

/** What goes in: a picture as read, and what is known of it. */
export interface Unprepared {
  /** For error messages. */
  readonly id?: string;
  /** `[H, W, 1 | 3 | 4]` as read. */
  readonly image: Raster;
  /** Class indices on the image's grid, 255 where nothing is known. */
  readonly label?: Mask | null;
  /** 1 inside, on the image's grid. */
  readonly fieldOfView?: Mask | null;
}

/** `[height, width]` in pixels. */
export type Size = readonly [number, number];

/** What comes out, all on the prepared grid. */
export interface Prepared {
  /** `[h, w, 1]` */
  readonly image: Raster & { readonly data: Float32Array };
  readonly label: Mask | null;
  /** 1 where a pixel counts: inside the field of view and not unlabelled (255). */
  readonly valid: Mask;
  readonly size: { readonly native: Size; readonly prepared: Size };
  /** Scores `[h, w, K]` on the prepared grid → `[H, W, K]` on the input's own grid, bilinear with half-pixel centres. Throws scores-size for another grid. */
  readonly toNative: (scores: Raster) => Raster;
}

/** A preparation: its description, which is stored with a student, and what it does. */
export interface Prepare {
  /** The steps as data, defaults filled in; `prepare(describe)` is the same preparation. */
  readonly describe: readonly PrepareStep[];
  readonly apply: (input: Unprepared) => Prepared;
}

const text = ({ height, width }: { readonly height: number; readonly width: number }): string => `${height} x ${width}`;

function sameGrid(id: string, what: string, image: Raster, mask: Mask): void {
  if (mask.height !== image.height || mask.width !== image.width) throw prepareSizes(id, what, text(image), text(mask));
}

function divided(image: Raster, by: number): Raster {
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = image.data[i]! / by;
  return { ...image, data };
}

/** The size at which the field of view is `width` pixels wide: both sides by the same factor, rounded. */
function sizeByFieldOfView(id: string, image: Raster, fieldOfView: Mask | null, width: number): Size {
  if (!fieldOfView) throw fieldOfViewNeeded(id, "none");
  const box = boundingBox(fieldOfView);
  if (!box) throw fieldOfViewNeeded(id, "an empty one");
  const factor = width / box.width;
  return [Math.max(1, Math.round(image.height * factor)), Math.max(1, Math.round(image.width * factor))];
}

/**
 * The one preparation of training, evaluation, prediction and browser: steps of `prepareSchema`, in their order. [ours]
 *
 * `window` makes 8 bits of the values between two bounds · `channel` picks one channel · `clahe` equalises 8-bit grey · `fieldOfViewWidth` resizes so that the field of view's bounding box is so many pixels wide ·
 * `resize` to a size · `scale` divides. Pictures are resized bilinearly (half-pixel centres, no antialiasing), labels and masks by the nearest pixel (methods.md 1.5).
 *
 *     const { apply } = prepare([{ channel: "green" }, { clahe: {} }, { fieldOfViewWidth: 512 }, { scale: 255 }]);
 *     const { image, valid, toNative } = apply({ id, image: await readPicture(path), fieldOfView });
 *
 * @throws prepare-sizes, field-of-view-needed, prepare-channels, channel-count, clahe-input (by `apply`); a ZodError for steps that are not in the schema
 */
export function prepare(steps: PrepareOptions): Prepare {
  const describe = prepareSchema.parse(steps);
  const apply = (input: Unprepared): Prepared => {
    const { id = "the picture" } = input;
    const label = input.label ?? null;
    const fieldOfView = input.fieldOfView ?? null;
    const native: Size = [input.image.height, input.image.width];
    if (label) sameGrid(id, "label", input.image, label);
    if (fieldOfView) sameGrid(id, "field of view", input.image, fieldOfView);
    let image = input.image;
    for (const step of describe) {
      if ("window" in step) image = windowed(image, step.window);
      else if ("channel" in step) image = channel(image, step.channel);
      else if ("clahe" in step) image = clahe(image, step.clahe);
      else if ("scale" in step) image = divided(image, step.scale);
      else {
        const [height, width] = "resize" in step ? step.resize : sizeByFieldOfView(id, image, fieldOfView, step.fieldOfViewWidth);
        image = resizeBilinear(image, height, width);
      }
    }
    if (image.channels !== 1) throw prepareChannels(id, image.channels);
    const { height, width } = image;
    const small = label && resizeNearest(label, height, width);
    const inside = fieldOfView && resizeNearest(fieldOfView, height, width).data;
    const valid = new Uint8Array(height * width);
    for (let i = 0; i < valid.length; i++) valid[i] = inside?.[i] !== 0 && small?.data[i] !== 255 ? 1 : 0;
    return {
      image: { height, width, channels: 1, data: image.data instanceof Float32Array ? image.data : Float32Array.from(image.data) },
      label: small,
      valid: { height, width, data: valid },
      size: { native, prepared: [height, width] },
      toNative: (scores) => {
        if (scores.height !== height || scores.width !== width) throw scoresSize(id, text(image), text(scores));
        return resizeBilinear(scores, ...native);
      },
    };
  };
  return { describe, apply };
}
