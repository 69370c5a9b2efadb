import type { Batch, Data } from "@segdistill/core/contract";
import { picturesDiffer } from "./errors.js";
import { hashed } from "./fingerprint.js";

/** Data that know their order before anything is read. */
export interface Ordered extends Data {
  /** Case ids of all images of an epoch, batch after batch. */
  readonly order: (epoch: number, seed: number) => readonly string[];
}

export interface SemiSupervisedOptions {
  /** Its `batchSize` is how many labelled images a batch holds. */
  readonly labelled: Ordered;
  /** Its `batchSize` is how many unlabelled images a batch holds; its labels are not used. */
  readonly unlabelled: Ordered;
}

const joined = <T extends Float32Array | Uint8Array>(a: T, b: T): T => {
  const both = (a instanceof Float32Array ? new Float32Array(a.length + b.length) : new Uint8Array(a.length + b.length)) as T;
  both.set(a);
  both.set(b, a.length);
  return both;
};

/** A list that is gone through `rounds` times in an epoch of the whole, its k-th time in epoch e being its own epoch e · rounds + k: another order, other patches. */
function cycled(data: Ordered, batches: number) {
  const rounds = Math.ceil(batches / data.batchesPerEpoch);
  return {
    /** Case ids of the first `count` batches of an epoch. */
    first: (count: number, epoch: number, seed: number): string[] =>
      Array.from({ length: Math.ceil(count / data.batchesPerEpoch) }, (_, round) => data.order(epoch * rounds + round, seed))
        .flat()
        .slice(0, count * data.batchSize),
    /** Batches from the `from`-th on; never ends before the epoch does. */
    batches: async function* (epoch: number, seed: number, from: number): AsyncGenerator<Batch, undefined> {
      for (let round = Math.floor(from / data.batchesPerEpoch); round < rounds; round++)
        yield* data.epoch(epoch * rounds + round, seed, Math.max(0, from - round * data.batchesPerEpoch));
    },
  };
}

/**
 * Batches of labelled and of unlabelled images in a fixed ratio, labelled ones first. [ours, after methods.md 3.2.4: shorter list cycled, epoch = longer list]
 *
 * `batchSize` is the sum of both, `batchesPerEpoch` the larger of both; the shorter list is gone through again and again, in another order with other patches
 * each time. `labelled` is 0 and `labels` are 0 for the unlabelled images, whatever their data say: what their label files hold changes no byte.
 * `occurrences` count over the whole batch, so that random numbers differ each time a case comes round.
 *
 * @example
 * const rest = { prepare: prepare(steps), classes: 2, patch: 256, perImage: 6 };
 * const data = semiSupervised({
 *   labelled: patches({ ...rest, cases: some, dataSet, batch: 2 }),
 *   unlabelled: patches({ ...rest, cases: others, dataSet, batch: 2, labels: "ignored" }),
 * });
 *
 * @throws pictures-differ where height, width, channels or classes are not the same
 */
export function semiSupervised({ labelled, unlabelled }: SemiSupervisedOptions): Ordered {
  const parts = [labelled, unlabelled] as const;
  const [one, other] = parts.map(({ picture: p }) => `${p.height} x ${p.width} x ${p.channels} with ${p.classes} classes`);
  if (one !== other) throw picturesDiffer(one!, other!);
  const batchesPerEpoch = Math.max(labelled.batchesPerEpoch, unlabelled.batchesPerEpoch);
  const [truths, others] = [cycled(labelled, batchesPerEpoch), cycled(unlabelled, batchesPerEpoch)];

  return {
    picture: labelled.picture,
    fingerprint: hashed({ labelled: labelled.fingerprint, unlabelled: unlabelled.fingerprint }),
    batchSize: labelled.batchSize + unlabelled.batchSize,
    batchesPerEpoch,
    order: (epoch, seed) => {
      const [a, b] = [truths, others].map((list) => list.first(batchesPerEpoch, epoch, seed)) as [string[], string[]];
      const of = (ids: string[], size: number, i: number): string[] => ids.slice(i * size, (i + 1) * size);
      return Array.from({ length: batchesPerEpoch }, (_, i) => [...of(a, labelled.batchSize, i), ...of(b, unlabelled.batchSize, i)]).flat();
    },
    epoch: async function* (epoch, seed, first = 0) {
      const seen = new Map<string, number>();
      const count = (id: string): number => {
        const before = seen.get(id) ?? 0;
        seen.set(id, before + 1);
        return before;
      };
      for (const list of [truths, others]) list.first(first, epoch, seed).forEach(count);
      const second = others.batches(epoch, seed, first);
      try {
        let left = batchesPerEpoch - first;
        for await (const a of truths.batches(epoch, seed, first)) {
          if (left-- <= 0) return;
          const b = (await second.next()).value!;
          const cases = [...a.cases, ...b.cases];
          yield {
            images: joined(a.images, b.images),
            labels: joined(a.labels, new Uint8Array(b.labels.length)),
            valid: joined(a.valid, b.valid),
            labelled: joined(a.labelled, new Uint8Array(b.labelled.length)),
            cases,
            occurrences: cases.map(count),
          };
        }
      } finally {
        await second.return(undefined);
      }
    },
  };
}
