import type { Batch, Data, PictureShape } from "../contract/index.js";
import { random } from "../random.js";

/** One picture of a made-up batch; everything about it follows from its id, but for what is said here. */
export interface Item {
  readonly id: string;
  /** true */
  readonly labelled?: boolean;
  /** Which pixels count. "most" */
  readonly valid?: "most" | "none";
  readonly pixels?: "random" | "constant" | "zeros" | "saturated";
  /** "background": every other class is absent. */
  readonly labels?: "random" | "background";
  /** Draws other labels for pixels that count, and others where none is known. */
  readonly drawn?: string;
  readonly unknown?: string;
}

/** Pictures in [−1, 1], blobs of labels, and a seventh of the pixels not valid. */
function batchOf({ height, width, channels, classes }: PictureShape, items: readonly Item[]): Batch {
  const [pixels, size] = [height * width, items.length * height * width];
  const batch = {
    images: new Float32Array(size * channels),
    labels: new Uint8Array(size),
    valid: new Uint8Array(size),
    labelled: Uint8Array.from(items, ({ labelled = true }) => Number(labelled)),
    cases: items.map(({ id }) => id),
    occurrences: items.map(() => 0),
  };
  for (const [b, item] of items.entries()) {
    const { id, valid = "most", pixels: kind = "random", labels = "random", labelled = true, drawn = "", unknown = "" } = item;
    const [picture, known, other] = [random(`${id}/picture`), random(`${id}/labels/${drawn}`), random(`${id}/unknown/${unknown}`)];
    const hole = random(`${id}/valid`).below(7);
    for (let u = 0; u < pixels; u++) {
      for (let c = 0; c < channels; c++) {
        const x = 2 * picture.next() - 1;
        batch.images[(b * pixels + u) * channels + c] = { random: x, constant: 0.5, zeros: 0, saturated: x < 0 ? -100 : 100 }[kind];
      }
      const counts = valid === "most" && (u * 5) % 7 !== hole;
      const [label, elsewhere] = [known.below(classes), other.below(classes)];
      batch.valid[b * pixels + u] = Number(counts);
      batch.labels[b * pixels + u] = labels === "background" ? 0 : counts && labelled ? label : elsewhere;
    }
  }
  return batch;
}

/** Some batches in turn, within one epoch of four steps: a single one is what every step sees, labels and noise alike. */
export const inTurn = (picture: PictureShape, batches: readonly (readonly Item[])[]): Data => ({
  picture,
  fingerprint: JSON.stringify(batches),
  batchSize: batches[0]!.length,
  batchesPerEpoch: 4,
  epoch: async function* (_, __, first = 0) {
    for (let i = first; i < 4; i++) yield await Promise.resolve(batchOf(picture, batches[i % batches.length]!));
  },
});
