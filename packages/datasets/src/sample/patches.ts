import type { Batch, Case } from "@segdistill/core/contract";
import { shuffled } from "@segdistill/core/random";
import { caseTwice, labelClass, patchTooLarge, tooFewPatches, unlabelledMissing } from "./errors.js";
import type { Prepare, Prepared } from "../prepare/prepare.js";
import { augmentation } from "./augmentation.js";
import { cutter, type CutSource } from "./cut.js";
import { hashed } from "./fingerprint.js";
import { foregroundOf } from "./foreground.js";
import { kept } from "./kept.js";
import { sampleSchema, type SampleOptions } from "./schema.js";
import type { Ordered } from "./semi-supervised.js";

export interface PatchesOptions extends Omit<SampleOptions, "unlabelled"> {
  /** The cases of the part, in the order that the split names them. */
  readonly cases: readonly Case[];
  /** `fingerprint()` of the data set they are from. */
  readonly dataSet: string;
  readonly prepare: Prepare;
  /** How many classes the labels tell apart, background included. */
  readonly classes: number;
  /** `ignored`: labels are never read, and no image counts as labelled. Default `read`. */
  readonly labels?: "read" | "ignored";
  /** What prepared pictures may take in memory; what does not fit is prepared again when it is drawn. Default 1 GiB. */
  readonly cacheBytes?: number;
}

/** One patch of an epoch: of which case, the how-manieth of it. */
interface Draw {
  readonly id: string;
  readonly occurrence: number;
}

type Ready = CutSource & { readonly bytes: number };

function checked(
  id: string,
  { image, label, valid }: Prepared,
  classes: number,
  [height, width]: readonly [number, number],
  share: number,
): Ready {
  if (image.height < height || image.width < width) throw patchTooLarge(id, `${height} x ${width}`, `${image.height} x ${image.width}`);
  if (label) for (const value of label.data) if (value >= classes && value !== 255) throw labelClass(id, value, classes);
  const foreground = label && share > 0 ? foregroundOf(label, valid, classes) : [];
  const parts = [image.data, valid.data, ...(label ? [label.data] : []), ...foreground];
  return { image, label, valid, foreground, bytes: parts.reduce((sum, { byteLength }) => sum + byteLength, 0) };
}

/**
 * Random patches of prepared pictures, batch by batch. [ours; sizes of interfaces.md 2, datasets.md 5.1]
 *
 * Every epoch draws `perImage` patches of each case at places that are equally likely, in an order shuffled anew; places and augmentations follow from seed,
 * epoch, case and occurrence alone, not from batch, process or worker. With `foreground: f` a share f of them holds a foreground pixel for certain. Turned, scaled
 * and bent patches are sampled from the whole picture. A last batch that would be incomplete is dropped, so that all batches have one shape:
 * `batchesPerEpoch` = ⌊cases · perImage / batch⌋. `valid` = field of view and label ≠ 255.
 * Pictures are prepared when first drawn, those of the next batch while the present one is used.
 *
 * @throws too-few-patches, case-twice, unlabelled-missing; while reading patch-too-large, label-class and what `prepare` throws
 */
export function patches(options: PatchesOptions): Ordered {
  const { cases, dataSet, prepare, classes, labels: reading = "read", cacheBytes = 2 ** 30, ...rest } = options;
  const sample = sampleSchema.parse(rest);
  if (sample.unlabelled !== undefined) throw unlabelledMissing(sample.unlabelled);
  const { perImage, batch: batchSize, foreground = 0 } = sample;
  const [height, width] = typeof sample.patch === "number" ? ([sample.patch, sample.patch] as const) : sample.patch;
  const cut = cutter([height, width], augmentation(sample.augment), foreground);
  const batchesPerEpoch = Math.floor((cases.length * perImage) / batchSize);
  if (batchesPerEpoch === 0) throw tooFewPatches(cases.length, perImage, batchSize);
  const byId = new Map<string, Case>();
  for (const one of cases) {
    if (byId.has(one.id)) throw caseTwice(one.id);
    byId.set(one.id, one);
  }

  const ready = kept(async (id) => {
    const one = byId.get(id)!;
    const [image, label, fieldOfView] = await Promise.all([one.image(), reading === "read" ? one.label() : null, one.fieldOfView()]);
    return checked(id, prepare.apply({ id, image, label, fieldOfView }), classes, [height, width], foreground);
  }, cacheBytes);

  const drawn = (epoch: number, seed: number): Draw[] => {
    const seen = new Map<string, number>();
    const all = shuffled(cases.length * perImage, `${seed}/${epoch}/order`).map((k) => {
      const { id } = cases[Math.floor(k / perImage)]!;
      const occurrence = seen.get(id) ?? 0;
      seen.set(id, occurrence + 1);
      return { id, occurrence };
    });
    return all.slice(0, batchesPerEpoch * batchSize);
  };

  const batchOf = (draws: readonly Draw[], sources: readonly Ready[], epoch: number, seed: number): Batch => {
    const size = height * width;
    const images = new Float32Array(batchSize * size);
    const labels = new Uint8Array(batchSize * size);
    const valid = new Uint8Array(batchSize * size);
    for (const [b, { id, occurrence }] of draws.entries()) {
      const part = [b * size, (b + 1) * size] as const;
      const patch = { image: images.subarray(...part), label: labels.subarray(...part), valid: valid.subarray(...part) };
      cut(sources[b]!, patch, `${seed}/${epoch}/${id}/${occurrence}`);
    }
    return {
      images,
      labels,
      valid,
      labelled: Uint8Array.from(sources, ({ label }) => (label ? 1 : 0)),
      cases: draws.map(({ id }) => id),
      occurrences: draws.map(({ occurrence }) => occurrence),
    };
  };

  return {
    picture: { height, width, channels: 1, classes },
    fingerprint: hashed({
      dataSet,
      cases: cases.map(({ id }) => id),
      prepare: prepare.describe,
      sample,
      classes,
      ...(reading === "ignored" && { labels: reading }),
    }),
    batchSize,
    batchesPerEpoch,
    order: (epoch, seed) => drawn(epoch, seed).map(({ id }) => id),
    epoch: async function* (epoch, seed, first = 0) {
      const draws = drawn(epoch, seed);
      const of = (batch: number): Draw[] => draws.slice(batch * batchSize, (batch + 1) * batchSize);
      const load = (batch: number): Promise<Ready[]> => {
        const loading = batch < batchesPerEpoch ? Promise.all(of(batch).map(({ id }) => ready(id))) : Promise.resolve([]);
        // A reader that stops early never looks at what was loaded ahead; one that goes on meets the error at its `await`.
        loading.catch(() => undefined);
        return loading;
      };
      let ahead = load(first);
      for (let batch = first; batch < batchesPerEpoch; batch++) {
        const sources = await ahead;
        ahead = load(batch + 1);
        yield batchOf(of(batch), sources, epoch, seed);
      }
    },
  };
}
