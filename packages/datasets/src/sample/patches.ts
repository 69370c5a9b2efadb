import type { Batch, Case, Data } from "@segdistill/core/contract";
import { random, shuffled } from "@segdistill/core/random";
import { caseTwice, labelClass, patchTooLarge, tooFewPatches } from "../errors.js";
import type { Prepare, Prepared } from "../prepare/prepare.js";
import { hashed } from "./fingerprint.js";
import { kept } from "./kept.js";
import { sampleSchema, type SampleOptions } from "./schema.js";

export interface PatchesOptions extends SampleOptions {
  /** The cases of the part, in the order that the split names them. */
  readonly cases: readonly Case[];
  /** `fingerprint()` of the data set they are from. */
  readonly dataSet: string;
  readonly prepare: Prepare;
  /** How many classes the labels tell apart, background included. */
  readonly classes: number;
  /** What prepared pictures may take in memory; what does not fit is prepared again when it is drawn. Default 1 GiB. */
  readonly cacheBytes?: number;
}

/** One patch of an epoch: of which case, the how-manieth of it. */
interface Draw {
  readonly id: string;
  readonly occurrence: number;
}

type Ready = Prepared & { readonly bytes: number };

function checked(id: string, prepared: Prepared, classes: number, [height, width]: readonly [number, number]): Ready {
  const { image, label } = prepared;
  if (image.height < height || image.width < width) throw patchTooLarge(id, `${height} x ${width}`, `${image.height} x ${image.width}`);
  if (label) for (const value of label.data) if (value >= classes && value !== 255) throw labelClass(id, value, classes);
  return { ...prepared, bytes: image.data.byteLength + (label?.data.byteLength ?? 0) + prepared.valid.data.byteLength };
}

/**
 * Random patches of prepared pictures, batch by batch. [ours; sizes of interfaces.md 2, datasets.md 5.1]
 *
 * Every epoch draws `perImage` patches of each case at places that are equally likely, in an order shuffled anew; places and flips follow from seed, epoch, case and occurrence alone.
 * A last batch that would be incomplete is dropped, so that all batches have one shape: `batchesPerEpoch` = ⌊cases · perImage / batch⌋. `valid` = field of view and label ≠ 255.
 * Pictures are prepared when first drawn, those of the next batch while the present one is used.
 *
 * @throws too-few-patches, case-twice; while reading patch-too-large, label-class and what `prepare` throws
 */
export function patches(options: PatchesOptions): Data {
  const { cases, dataSet, prepare, classes, cacheBytes = 2 ** 30, ...rest } = options;
  const sample = sampleSchema.parse(rest);
  const { perImage, batch: batchSize } = sample;
  const [height, width] = typeof sample.patch === "number" ? ([sample.patch, sample.patch] as const) : sample.patch;
  const flips = sample.augment.includes("flips");
  const batchesPerEpoch = Math.floor((cases.length * perImage) / batchSize);
  if (batchesPerEpoch === 0) throw tooFewPatches(cases.length, perImage, batchSize);
  const byId = new Map<string, Case>();
  for (const one of cases) {
    if (byId.has(one.id)) throw caseTwice(one.id);
    byId.set(one.id, one);
  }

  const ready = kept(async (id) => {
    const one = byId.get(id)!;
    const [image, label, fieldOfView] = await Promise.all([one.image(), one.label(), one.fieldOfView()]);
    return checked(id, prepare.apply({ id, image, label, fieldOfView }), classes, [height, width]);
  }, cacheBytes);

  const drawn = (epoch: number, seed: number): Draw[] => {
    const seen = new Map<string, number>();
    return shuffled(cases.length * perImage, `${seed}/${epoch}/order`).map((k) => {
      const { id } = cases[Math.floor(k / perImage)]!;
      const occurrence = seen.get(id) ?? 0;
      seen.set(id, occurrence + 1);
      return { id, occurrence };
    });
  };

  const cut = (draws: readonly Draw[], sources: readonly Ready[], epoch: number, seed: number): Batch => {
    const size = height * width;
    const images = new Float32Array(batchSize * size);
    const labels = new Uint8Array(batchSize * size);
    const valid = new Uint8Array(batchSize * size);
    for (const [b, { id, occurrence }] of draws.entries()) {
      const { image, label, valid: counts } = sources[b]!;
      const key = `${seed}/${epoch}/${id}/${occurrence}`;
      const place = random(`${key}/place`);
      const top = place.below(image.height - height + 1);
      const left = place.below(image.width - width + 1);
      const coin = random(`${key}/flips`);
      const upsideDown = flips && coin.next() < 0.5;
      const mirrored = flips && coin.next() < 0.5;
      for (let y = 0; y < height; y++) {
        const from = (top + (upsideDown ? height - 1 - y : y)) * image.width + left;
        const to = b * size + y * width;
        images.set(image.data.subarray(from, from + width), to);
        if (label) labels.set(label.data.subarray(from, from + width), to);
        valid.set(counts.data.subarray(from, from + width), to);
        if (mirrored) for (const array of [images, labels, valid]) array.subarray(to, to + width).reverse();
      }
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
    fingerprint: hashed({ dataSet, cases: cases.map(({ id }) => id), prepare: prepare.describe, sample, classes }),
    batchSize,
    batchesPerEpoch,
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
        yield cut(of(batch), sources, epoch, seed);
      }
    },
  };
}
