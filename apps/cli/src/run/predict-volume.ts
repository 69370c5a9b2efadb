import { windowed, type Volume } from "@segdistill/datasets";
import type { Prepare, Unprepared } from "@segdistill/datasets/prepare";
import { decided, preparedLogits, type Logits, type TilesOf } from "./predict-picture.js";

export interface PredictingVolume {
  readonly prepared: Prepare;
  readonly logits: Logits;
  readonly tiles: TilesOf;
  /** Done to every slice before the student's own preparation, which was for 8-bit pictures. */
  readonly window?: Parameters<typeof windowed>[1] | undefined;
  /** The field of view, where the preparation needs one. */
  readonly fieldOf?: (image: Unprepared["image"]) => Unprepared["fieldOfView"];
  readonly doing?: (slice: number, of: number) => void;
}

/** Class indices `[z, row, column]` of a volume, slice by slice as pictures are predicted: one slice is in memory at a time beside the volume. */
export const predictVolume = async (
  volume: Pick<Volume, "size" | "slice">,
  id: string,
  { prepared, logits, tiles, window, fieldOf, doing }: PredictingVolume,
): Promise<Uint8Array> => {
  const [depth, height, width] = volume.size;
  const labels = new Uint8Array(depth * height * width);
  for (let z = 0; z < depth; z++) {
    doing?.(z + 1, depth);
    const slice = volume.slice(z);
    const image = window ? windowed(slice, window) : slice;
    const ready = prepared.apply({ id: `${id}, slice ${z}`, image, fieldOfView: fieldOf?.(image) ?? null });
    const { label } = decided(ready.toNative(await preparedLogits(ready, logits, tiles)));
    labels.set(label.data, z * height * width);
  }
  return labels;
};
